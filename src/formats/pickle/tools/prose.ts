/**
 * What each opcode does, in words.
 *
 * The first line is pickletools' own, because annotated listings print it (a test compares them); the rest is ours.
 */
export const PROSE: Readonly<Record<string, string>> = {
  INT: "Push an integer or bool.\nDecimal text up to a newline. `00` and `01` are the bools of Python 2.3 and later; older readers take them for 0 and 1.",
  BININT:
    "Push a four-byte signed integer.\nCovers -2147483648 to 2147483647 in five bytes; smaller non-negative ints have shorter opcodes.",
  BININT1: "Push a one-byte unsigned integer.\n0 to 255 in two bytes.",
  BININT2: "Push a two-byte unsigned integer.\n0 to 65535 in three bytes; writers use it from 256 on.",
  LONG: "Push a long integer.\nDecimal text up to a newline, with or without the `L` of Python 2. Any size, but reading it costs more than linear time.",
  LONG1:
    "Long integer using one-byte length.\nA count byte, then that many bytes, two's complement, little-endian. A count of zero is the int 0.",
  LONG4:
    "Long integer using four-byte length.\nAs LONG1 with a signed four-byte count, for ints of 256 bytes and more. A negative count is an error.",
  STRING:
    "Push a Python string object.\nA Python 2 `repr` up to a newline: quotes at both ends, backslash escapes inside. Python 3 decodes it as the reader asked (ASCII, latin-1, or bytes).",
  BINSTRING:
    "Push a Python string object.\nA signed four-byte length, then the bytes of a Python 2 str. Decoded as STRING is.",
  SHORT_BINSTRING:
    "Push a Python string object.\nA length byte, then the bytes of a Python 2 str of up to 255 bytes. Decoded as STRING is.",
  BINBYTES: "Push a Python bytes object.\nAn unsigned four-byte length, then the bytes.",
  SHORT_BINBYTES: "Push a Python bytes object.\nA length byte, then up to 255 bytes.",
  BINBYTES8: "Push a Python bytes object.\nAn eight-byte length, then the bytes; for 4 GiB and more.",
  BYTEARRAY8:
    "Push a Python bytearray object.\nAn eight-byte length, then the bytes; the value can be changed in place.",
  NEXT_BUFFER:
    "Push an out-of-band buffer object.\nThe buffers travel beside the stream; the reader is given them in order and pushes the next one.",
  READONLY_BUFFER:
    "Make an out-of-band buffer object read-only.\nReplaces the buffer on top by a read-only view of it.",
  NONE: "Push None on the stack.\nThere is one None; no argument.",
  NEWTRUE: "Push True onto the stack.\nOne byte since protocol 2, where earlier protocols wrote INT with `01`.",
  NEWFALSE: "Push False onto the stack.\nOne byte since protocol 2, where earlier protocols wrote INT with `00`.",
  UNICODE:
    "Push a Python Unicode string object.\nText up to a newline in raw-unicode-escape: latin-1, with \\u and \\U escapes for the rest.",
  SHORT_BINUNICODE:
    "Push a Python Unicode string object.\nA length byte, then up to 255 bytes of UTF-8; lone surrogates are let through.",
  BINUNICODE:
    "Push a Python Unicode string object.\nAn unsigned four-byte length, then UTF-8; lone surrogates are let through.",
  BINUNICODE8: "Push a Python Unicode string object.\nAn eight-byte length, then UTF-8, for text of 4 GiB and more.",
  FLOAT:
    "Newline-terminated decimal float literal.\nA float's `repr` up to a newline. Infinities and NaN depend on the platform that wrote them.",
  BINFLOAT:
    "Float stored in binary form, with 8 bytes of data.\nAn IEEE 754 double, big-endian, unlike every other number here.",
  EMPTY_LIST: "Push an empty list.\nA new one each time; items follow with APPEND or APPENDS.",
  APPEND:
    "Append an object to a list.\nTakes the top as item; the list below it stays. Objects with an `append` method may stand in for lists.",
  APPENDS:
    "Extend a list by a slice of stack objects.\nEverything above the topmost mark joins, in order, the list below that mark. The mark goes.",
  LIST: "Build a list out of the topmost stack slice, after markobject.\nEverything above the topmost mark becomes one new list, which takes the mark's place.",
  EMPTY_TUPLE: "Push an empty tuple.\nTuples cannot grow, so this is the whole value.",
  TUPLE:
    "Build a tuple out of the topmost stack slice, after markobject.\nEverything above the topmost mark becomes one tuple, which takes the mark's place.",
  TUPLE1: "Build a one-tuple out of the topmost item on the stack.\nNo mark is needed.",
  TUPLE2: "Build a two-tuple out of the top two items on the stack.\nNo mark is needed; the top is the second item.",
  TUPLE3: "Build a three-tuple out of the top three items on the stack.\nNo mark is needed; the top is the third item.",
  EMPTY_DICT: "Push an empty dict.\nA new one each time; items follow with SETITEM or SETITEMS.",
  DICT: "Build a dict out of the topmost stack slice, after markobject.\nAbove the mark lie keys and values in turn; the new dict takes the mark's place. An odd count is an error.",
  SETITEM:
    "Add a key+value pair to an existing dict.\nThe top is the value, the key lies below it, the dict below both stays.",
  SETITEMS:
    "Add an arbitrary number of key+value pairs to an existing dict.\nAbove the mark lie keys and values in turn; they go into the dict below that mark.",
  EMPTY_SET: "Push an empty set.\nA new one each time; items follow with ADDITEMS.",
  ADDITEMS:
    "Add an arbitrary number of items to an existing set.\nEverything above the topmost mark goes into the set below that mark.",
  FROZENSET:
    "Build a frozenset out of the topmost slice, after markobject.\nUnlike a set it is made whole; the frozenset takes the mark's place.",
  POP: "Discard the top stack item, shrinking the stack by one item.\nWhen a mark is on top, the mark goes.",
  DUP: "Push the top stack item onto the stack again, duplicating it.\nBoth places then hold the same object.",
  MARK: "Push markobject onto the stack.\nIt says where the run of values begins that a later opcode takes together.",
  POP_MARK:
    "Pop all the stack objects at and above the topmost markobject.\nOne opcode clears a run of any length; recursive tuples need it.",
  GET: "Read an object from the memo and push it on the stack.\nThe memo key is decimal text up to a newline. The object is shared, not copied.",
  BINGET:
    "Read an object from the memo and push it on the stack.\nThe memo key is one byte. The object is shared, not copied.",
  LONG_BINGET:
    "Read an object from the memo and push it on the stack.\nThe memo key has four bytes, unsigned. The object is shared, not copied.",
  PUT: "Store the stack top into the memo.  The stack is not popped.\nThe memo key is decimal text up to a newline.",
  BINPUT: "Store the stack top into the memo.  The stack is not popped.\nThe memo key is one byte.",
  LONG_BINPUT: "Store the stack top into the memo.  The stack is not popped.\nThe memo key has four bytes, unsigned.",
  MEMOIZE:
    "Store the stack top into the memo.  The stack is not popped.\nThe memo key is the number of entries so far, so none is written.",
  EXT1: "Extension code.\nOne byte names a class or function in the extension registry (copyreg) that writer and reader must share.",
  EXT2: "Extension code.\nTwo bytes name a class or function in the extension registry (copyreg).",
  EXT4: "Extension code.\nFour bytes, signed, name a class or function in the extension registry (copyreg); zero and below are errors.",
  GLOBAL:
    "Push a global object (module.attr) on the stack.\nTwo lines: module, then name. The listing shows them as one string with a blank between.",
  STACK_GLOBAL:
    "Push a global object (module.attr) on the stack.\nModule and name are the two strings on top, the name last; dots in the name walk into the class.",
  REDUCE:
    "Push an object built from a callable and an argument tuple.\nThe argument tuple is on top, the callable below it: this is how a pickle calls anything. brine calls nothing.",
  BUILD:
    "Finish building an object, via __setstate__ or dict update.\nThe state is on top, the object below it stays. An object with `__setstate__` gets the state; otherwise its dict is updated.",
  INST: "Build a class instance.\nModule and name follow as two lines, the arguments lie above the topmost mark. From the days of Python 2's old classes.",
  OBJ: "Build a class instance.\nAbove the mark lie the class and then the arguments. The binary form of INST.",
  NEWOBJ:
    "Build an object instance.\nThe arguments are a tuple on top, the class is below it: `cls.__new__(cls, *args)`.",
  NEWOBJ_EX:
    "Build an object instance.\nOn top lies a dict of keyword arguments, below it a tuple of positional ones, then the class.",
  PROTO:
    "Protocol version indicator.\nThe first opcode since protocol 2; its byte is the highest protocol the stream needs.",
  STOP: "Stop the unpickling machine.\nThe value on top is the result. Bytes after it belong to something else, perhaps the next pickle.",
  FRAME:
    "Indicate the beginning of a new frame.\nThe eight-byte length covers the opcodes that follow, so that a reader can fetch them at once.",
  PERSID:
    "Push an object identified by a persistent ID.\nThe id is text up to a newline; what it means is between writer and reader, which ask their `persistent_id` and `persistent_load`.",
  BINPERSID:
    "Push an object identified by a persistent ID.\nThe id is any object, taken from the stack; as PERSID otherwise.",
};
