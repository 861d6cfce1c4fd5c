/**
 * Names that moved between Python 2 and 3, both ways, as CPython's `_compat_pickle` has them.
 *
 * @module
 */

const MODULES_2_TO_3 =
  "BaseHTTPServer=http.server CGIHTTPServer=http.server ConfigParser=configparser Cookie=http.cookies Dialog=tkinter.dialog DocXMLRPCServer=xmlrpc.server FileDialog=tkinter.filedialog HTMLParser=html.parser Queue=queue ScrolledText=tkinter.scrolledtext SimpleDialog=tkinter.simpledialog SimpleHTTPServer=http.server SimpleXMLRPCServer=xmlrpc.server SocketServer=socketserver StringIO=io Tkconstants=tkinter.constants Tkdnd=tkinter.dnd Tkinter=tkinter UserDict=collections UserList=collections UserString=collections __builtin__=builtins _abcoll=collections.abc _elementtree=xml.etree.ElementTree _winreg=winreg anydbm=dbm cPickle=pickle cStringIO=io commands=subprocess cookielib=http.cookiejar copy_reg=copyreg dbhash=dbm.bsd dbm=dbm.ndbm dumbdbm=dbm.dumb dummy_thread=_dummy_thread gdbm=dbm.gnu htmlentitydefs=html.entities httplib=http.client markupbase=_markupbase repr=reprlib robotparser=urllib.robotparser test.test_support=test.support thread=_thread tkColorChooser=tkinter.colorchooser tkCommonDialog=tkinter.commondialog tkFileDialog=tkinter.filedialog tkFont=tkinter.font tkMessageBox=tkinter.messagebox tkSimpleDialog=tkinter.simpledialog ttk=tkinter.ttk urllib2=urllib.request urlparse=urllib.parse whichdb=dbm xmlrpclib=xmlrpc.client";
const MODULES_3_TO_2 = "_bz2=bz2 _dbm=dbm _functools=functools _gdbm=gdbm _pickle=pickle";
const NAMES_2_TO_3 =
  "UserDict.IterableUserDict=collections.UserDict UserDict.UserDict=collections.UserDict UserList.UserList=collections.UserList UserString.UserString=collections.UserString __builtin__.basestring=builtins.str __builtin__.intern=sys.intern __builtin__.long=builtins.int __builtin__.reduce=functools.reduce __builtin__.unichr=builtins.chr __builtin__.unicode=builtins.str __builtin__.xrange=builtins.range _multiprocessing.Connection=multiprocessing.connection.Connection _socket.fromfd=socket.fromfd exceptions.StandardError=builtins.Exception itertools.ifilter=builtins.filter itertools.ifilterfalse=itertools.filterfalse itertools.imap=builtins.map itertools.izip=builtins.zip itertools.izip_longest=itertools.zip_longest multiprocessing.forking.Popen=multiprocessing.popen_fork.Popen multiprocessing.process.Process=multiprocessing.context.Process socket._socketobject=socket.SocketType urllib.ContentTooShortError=urllib.error.ContentTooShortError urllib.getproxies=urllib.request.getproxies urllib.pathname2url=urllib.request.pathname2url urllib.quote=urllib.parse.quote urllib.quote_plus=urllib.parse.quote_plus urllib.unquote=urllib.parse.unquote urllib.unquote_plus=urllib.parse.unquote_plus urllib.url2pathname=urllib.request.url2pathname urllib.urlcleanup=urllib.request.urlcleanup urllib.urlencode=urllib.parse.urlencode urllib.urlopen=urllib.request.urlopen urllib.urlretrieve=urllib.request.urlretrieve urllib2.HTTPError=urllib.error.HTTPError urllib2.URLError=urllib.error.URLError whichdb.whichdb=dbm.whichdb";
const NAMES_3_TO_2 =
  "_functools.reduce=__builtin__.reduce _socket.socket=socket._socketobject builtins.BrokenPipeError=exceptions.OSError builtins.ChildProcessError=exceptions.OSError builtins.ConnectionAbortedError=exceptions.OSError builtins.ConnectionError=exceptions.OSError builtins.ConnectionRefusedError=exceptions.OSError builtins.ConnectionResetError=exceptions.OSError builtins.FileExistsError=exceptions.OSError builtins.FileNotFoundError=exceptions.OSError builtins.InterruptedError=exceptions.OSError builtins.IsADirectoryError=exceptions.OSError builtins.ModuleNotFoundError=exceptions.ImportError builtins.NotADirectoryError=exceptions.OSError builtins.PermissionError=exceptions.OSError builtins.ProcessLookupError=exceptions.OSError builtins.TimeoutError=exceptions.OSError http.server.CGIHTTPRequestHandler=CGIHTTPServer.CGIHTTPRequestHandler http.server.SimpleHTTPRequestHandler=SimpleHTTPServer.SimpleHTTPRequestHandler tkinter.filedialog.FileDialog=FileDialog.FileDialog tkinter.filedialog.LoadFileDialog=FileDialog.LoadFileDialog tkinter.filedialog.SaveFileDialog=FileDialog.SaveFileDialog tkinter.simpledialog.SimpleDialog=SimpleDialog.SimpleDialog xmlrpc.server.DocCGIXMLRPCRequestHandler=DocXMLRPCServer.DocCGIXMLRPCRequestHandler xmlrpc.server.DocXMLRPCRequestHandler=DocXMLRPCServer.DocXMLRPCRequestHandler xmlrpc.server.DocXMLRPCServer=DocXMLRPCServer.DocXMLRPCServer xmlrpc.server.ServerHTMLDoc=DocXMLRPCServer.ServerHTMLDoc xmlrpc.server.XMLRPCDocGenerator=DocXMLRPCServer.XMLRPCDocGenerator";
const EXCEPTIONS =
  "ArithmeticError AssertionError AttributeError BaseException BufferError BytesWarning DeprecationWarning EOFError EnvironmentError Exception FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning IndentationError IndexError KeyError KeyboardInterrupt LookupError MemoryError NameError NotImplementedError OSError OverflowError PendingDeprecationWarning ReferenceError RuntimeError RuntimeWarning StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError";
const PROCESS_EXCEPTIONS = "AuthenticationError BufferTooShort ProcessError TimeoutError";

/** Modules of Python 3 that several of Python 2 became, and which are written as they are. */
const ONE_WAY = ["pickle", "xml.etree.ElementTree", "collections", "io"];

interface Tables {
  modules: Map<string, string>;
  names: Map<string, string>;
}

let forward: Tables | undefined;
let backward: Tables | undefined;

function pairs(text: string): [string, string][] {
  return text.split(" ").map((entry) => entry.split("=") as [string, string]);
}

function flipped(entries: [string, string][]): [string, string][] {
  return entries.map(([a, b]) => [b, a]);
}

function moved(): [string, string][] {
  return [
    ...pairs(NAMES_2_TO_3),
    ...EXCEPTIONS.split(" ").map((name): [string, string] => [`exceptions.${name}`, `builtins.${name}`]),
    ...PROCESS_EXCEPTIONS.split(" ").map((name): [string, string] => [
      `multiprocessing.${name}`,
      `multiprocessing.context.${name}`,
    ]),
  ];
}

function look(tables: Tables, module: string, name: string): [string, string] {
  const full = tables.names.get(`${module}.${name}`);
  if (full !== undefined) {
    const dot = full.lastIndexOf(".");
    return [full.slice(0, dot), full.slice(dot + 1)];
  }
  return [tables.modules.get(module) ?? module, name];
}

/** The Python 3 place of a Python 2 name. */
export function toPython3(module: string, name: string): [string, string] {
  forward ??= { modules: new Map(pairs(MODULES_2_TO_3)), names: new Map(moved()) };
  return look(forward, module, name);
}

/** The Python 2 place of a Python 3 name. */
export function toPython2(module: string, name: string): [string, string] {
  if (backward === undefined) {
    const modules = new Map([...flipped(pairs(MODULES_2_TO_3)), ...pairs(MODULES_3_TO_2)]);
    for (const one of ONE_WAY) modules.delete(one);
    const names = new Map([...flipped(moved()), ...pairs(NAMES_3_TO_2)]);
    names.delete("socket.SocketType");
    backward = { modules, names };
  }
  return look(backward, module, name);
}
