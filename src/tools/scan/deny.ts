/**
 * Names that run code, write files or speak to the net.
 *
 * The modules are those that picklescan, fickling, modelscan and the published advisories name, and their neighbours. To
 * add one: a word in one of these lists, and a case in `fixtures/make/scan.py`.
 *
 * @module
 */

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Modules of which nothing is taken, nor of what lies below them, when they stand first in a name. */
const TOP: ReadonlySet<string> = words(`
  __builtins__ os posix nt ntpath posixpath subprocess sys pty commands popen2 multiprocessing concurrent
  _posixsubprocess _winapi code codeop runpy marshal inspect importlib _frozen_importlib _frozen_importlib_external
  _imp imp ihooks pkgutil zipimport zipapp gc site sitecustomize usercustomize unittest doctest test cProfile profile
  pstats hotshot _lsprof pdb bdb timeit trace tracemalloc socket _socket ssl _ssl httplib http urllib urllib2 urllib3
  requests httpx aiohttp asyncio asyncore asynchat webbrowser smtplib smtpd imaplib ftplib poplib telnetlib nntplib
  antigravity ctypes _ctypes cffi _cffi_backend pickle _pickle cPickle pickletools dill cloudpickle shutil tempfile
  filecmp distutils setuptools pkg_resources pydoc pydoc_data pexpect ptyprocess venv virtualenv ensurepip pip _pip
  wheel idlelib lib2to3 socketserver SocketServer xmlrpc xmlrpclib signal _signal threading _thread thread atexit
  sqlite3 _sqlite3 dbm gdbm anydbm dumbdbm whichdb fileinput glob platform linecache difflib compileall py_compile
  mmap select selectors syslog tarfile zipfile shelve bsddb uuid _uuid _osx_support _aix_support _pyrepl pyrepl
  readline rlcompleter cmd crypt resource fcntl termios tty nis winreg _winreg msvcrt msilib winsound _msi tkinter
  Tkinter _tkinter turtle turtledemo curses getpass netrc mailcap mailbox cgi cgitb wsgiref BaseHTTPServer
  CGIHTTPServer SimpleHTTPServer DocXMLRPCServer SimpleXMLRPCServer rexec Bastion _xxsubinterpreters _interpreters
  _xxinterpchannels _interpchannels interpreters faulthandler sysconfig _sysconfigdata _testcapi _testinternalcapi
  _testmultiphase _ctypes_test symtable dis opcode ast _ast tabnanny pyclbr modulefinder nturl2path macpath
  genericpath paramiko IPython ipykernel jupyter_client jupyter_core numexpr jsonpickle yaml ruamel jinja2 mako
  execnet psutil win32api win32process jpype rpyc Pyro4 Pyro5 pytest _pytest pyximport cython Cython _bootlocale
  _bootsubprocess _distutils_hack _virtualenv execjs js2py
`);

/** Words that give a module away wherever they stand in a dotted name. */
const ANYWHERE: ReadonlySet<string> = words(`
  os posix nt subprocess sys pty importlib ctypes shutil socket builtins __builtin__ __builtins__ runpy marshal
  pickle _pickle cPickle cloudpickle dill multiprocessing _posixsubprocess popen2 pdb cProfile webbrowser urllib
  urllib2 requests tempfile zipimport pkgutil _frozen_importlib _frozen_importlib_external __main__.__builtins__
  execnet _xxsubinterpreters _interpreters
`);

/** Modules and names, with all that lies below them. */
const BELOW: ReadonlySet<string> = words(`
  numpy.f2py numpy.testing numpy.distutils numpy.ctypeslib numpy.load numpy.loadtxt numpy.genfromtxt numpy.fromfile
  numpy.fromregex numpy.save numpy.savez numpy.savez_compressed numpy.savetxt numpy.DataSource numpy.lib.npyio
  numpy.lib._npyio_impl numpy.lib.format numpy.lib._datasource numpy.lib.utils numpy.lib._utils_impl
  numpy.compat.py3k numpy.safe_eval numpy.core.multiarray.fromfile numpy._core.multiarray.fromfile
  numpy.core.records.fromfile numpy._core.records.fromfile numpy.rec.fromfile numpy.core.memmap numpy._core.memmap
  numpy.ma.mrecords.fromtextfile numpy.ma.core.fromfile scipy.io scipy.weave scipy._lib._testutils scipy._lib.uarray
  scipy._lib._uarray scipy._lib._ccallback scipy.LowLevelCallable pandas.read_pickle pandas.read_csv
  pandas.read_table pandas.read_json pandas.read_html pandas.read_xml pandas.read_excel pandas.read_hdf
  pandas.read_sql pandas.read_sql_query pandas.read_sql_table pandas.read_parquet pandas.read_feather pandas.read_orc
  pandas.read_sas pandas.read_spss pandas.read_stata pandas.read_fwf pandas.read_clipboard pandas.read_gbq
  pandas.to_pickle pandas.eval pandas.ExcelFile pandas.ExcelWriter pandas.HDFStore pandas.io pandas.core.computation
  pandas.compat pandas.util pandas.testing pandas._testing pandas.core.config_init pandas.core.frame.DataFrame.eval
  joblib.load joblib.dump joblib.numpy_pickle.load joblib.numpy_pickle.dump
  joblib.numpy_pickle_compat.load_compatibility joblib.externals joblib.parallel joblib._parallel_backends
  joblib.pool joblib.executor joblib.func_inspect joblib.disk joblib._utils.eval_expr joblib.test joblib.testing
  joblib._memmapping_reducer joblib.backports joblib._store_backends joblib._dask joblib.memory.MemorizedFunc
  joblib.numpy_pickle_utils joblib._cloudpickle_wrapper joblib.Parallel joblib.delayed
  joblib.register_parallel_backend sklearn.utils._testing sklearn.utils._mocking sklearn.datasets
  sklearn.externals.joblib.load sklearn.externals.joblib.numpy_pickle.load sklearn.externals.joblib.func_inspect
  sklearn.externals.joblib.parallel sklearn.externals.joblib.disk sklearn.externals.joblib.externals
  sklearn.__check_build torch.load torch.save torch.compile torch.hub torch._dynamo torch._inductor torch.jit
  torch.package torch.fx torch.ops torch.classes torch.utils torch.distributed torch.multiprocessing torch.testing
  torch.serialization.load torch.serialization._load torch.serialization._legacy_load torch.serialization._open_file
  torch.serialization._open_zipfile_reader torch.serialization.save torch.serialization.add_safe_globals torch._C
  torch._utils_internal torch._weights_only_unpickler torch._ops torch._library torch._export torch.export
  torch.library torch.cuda._memory_viz torch.cpp_extension torch._jit_internal torch._functorch
  torch._utils._import_dotted_name torchvision.io keras.utils keras.config keras.src.utils keras.src.config
  keras.datasets keras.src.datasets keras.saving.load_model keras.models.load_model keras.src.saving.saving_api
  keras.src.saving.saving_lib keras.src.saving.legacy keras.models.model_from_json keras.models.model_from_config
  keras.saving.deserialize_keras_object keras.export keras.src.export tensorflow.keras.utils
  tensorflow.keras.models.load_model tensorflow.io tensorflow.python tensorflow.saved_model
  tensorflow.load_op_library tensorflow.load_library tensorflow.numpy_function tensorflow.py_function
  tensorflow.raw_ops types.CodeType types.FunctionType types.LambdaType types.MethodType types.CellType
  types.ModuleType types.ClassType new.code new.function new.module new.classobj new.instance new.instancemethod
  functools.partialmethod functools.cached_property io.open io.open_code io.FileIO _io.open _io.open_code _io.FileIO
  _pyio io.TextIOWrapper _io.TextIOWrapper io.BufferedReader io.BufferedWriter io.BufferedRandom codecs.open
  codecs.EncodedFile codecs.register _codecs.register codecs.register_error _codecs.register_error _codecs.lookup
  codecs.lookup codecs.getdecoder codecs.getencoder codecs.getreader codecs.getwriter codecs.getincrementaldecoder
  _codecs.decode codecs.decode codecs.encode encodings.search_function copyreg.add_extension copyreg.remove_extension
  copyreg.pickle copyreg.constructor copyreg.clear_extension_cache copyreg.dispatch_table copyreg._extension_registry
  copy_reg.add_extension copy_reg.pickle copy_reg.constructor copyreg._inverted_registry copyreg._extension_cache
  copyreg._reduce_ex logging.FileHandler logging.config logging.handlers logging.basicConfig logging.fileConfig
  gzip.open gzip.GzipFile bz2.open bz2.BZ2File lzma.open lzma.LZMAFile _bz2 tokenize.open configparser ConfigParser
  csv.DictReader contextlib.ExitStack contextlib.contextmanager json.tool zoneinfo.reset_tzpath zoneinfo._tzpath
  typing.get_type_hints typing._eval_type dataclasses.make_dataclass dataclasses._create_fn enum.Enum._create_
  traceback operator.call _operator.call transformers.dynamic_module_utils pytz.open_resource pyarrow.fs
  pyarrow.plasma pyarrow.hdfs pyarrow.serialize pyarrow.deserialize h5py.File tables.open_file zarr.open
  netCDF4.Dataset PIL.Image.open PIL.ImageMath PIL.ImageShow
`);

/** Functions that nobody may call, whatever module they stand in. */
const CALLED: ReadonlySet<string> = words(`
  eval exec execfile compile __import__ import_module importlib_import reload_module load_module exec_module system popen
  popen2 popen3 popen4 Popen getoutput getstatusoutput check_output check_call spawnl spawnle spawnlp spawnv spawnve
  spawnvp posix_spawn execv execve execvp execl execle execlp fork forkpty startfile runstring run_code run_module
  run_path runcode runsource runctx runeval exec_command exec_cmd run_command run_cmd shell_exec getattr_static
  resolve_name load_library LoadLibrary dlopen CDLL PyDLL WinDLL urlopen urlretrieve rmtree unlink read_pickle unpickle
  load_pickle load_from_bytes unsafe_load subimport _make_function _function_setstate _make_cell _make_empty_cell
  _builtin_type _make_skel_func _fill_function breakpoint set_trace interact get_ipython
  _lambda_from_code FunctionType CodeType
  __subclasses__ __globals__ __code__ __closure__ __getattribute__ __getattr__ __setattr__ __delattr__ __dict__ __class__
  __base__ __bases__ __mro__ __reduce__ __reduce_ex__ __loader__ __spec__ __self__ __func__ __wrapped__ __defaults__
  __kwdefaults__ __call__ __init_subclass__ __prepare__ func_globals func_code gi_frame gi_code f_globals f_locals
  f_builtins tb_frame cr_frame ag_frame im_func im_self
`);

/** Why a name is denied, or null; `module` and `name` in one of their spellings. */
export function denied(module: string, name: string): string | null {
  const full = `${module}.${name}`;
  const parts = full.split(".");
  const [top] = parts as [string];
  const last = parts.at(-1) as string;
  for (let i = 1; i <= parts.length; i++) {
    const prefix = i === parts.length ? full : parts.slice(0, i).join(".");
    if (BELOW.has(prefix)) return `${prefix} can run code or reach files or the net`;
  }
  if (TOP.has(top)) return `the module ${top} can run code or reach files or the net`;
  // Modules import others by names of their own: collections._sys.
  const isModule = (part: string): boolean =>
    ANYWHERE.has(part) || (part[0] === "_" && ANYWHERE.has(part.replace(/^_+/, "")));
  const word = parts.find((part, i) => i > 0 && (isModule(part) || CALLED.has(part)));
  if (word !== undefined && word !== last) return `the name goes through ${word}`;
  if (CALLED.has(last)) return `${last} runs what it is given, or leads to what does`;
  if (isModule(last) && parts.length > 1) return `the name leads to the module ${last}`;
  return null;
}
