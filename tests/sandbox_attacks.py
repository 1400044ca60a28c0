"""Programs that try to get out of the Python sandbox, to harm it, or to fool whoever reads them.

A program prints ESCAPED where it did what it must not. It may use names that the test gives it:
`SECRET` (a file of the host), `HOME`, `REPOSITORY`, `LIBRARY` (a file of sympy), `VISIBLE`
(folders that it is to see), `PORT`, `UDP_PORT`, `UNIX`, `ABSTRACT` (where the host listens).

`ends` are the outcomes that are right. `real`: in a plain interpreter the program does escape, and
does no harm there, so that it can be shown that it would.
"""

from dataclasses import dataclass

PRELUDE = """
def escapes(act):
    try:
        act()
    except (OSError, ValueError, MemoryError, AttributeError):
        return
    print("ESCAPED")
"""

_SYSCALLS = """
import ctypes, errno, platform
libc = ctypes.CDLL(None, use_errno=True)
def raw(x86_64, aarch64, *arguments):
    number = {"x86_64": x86_64, "aarch64": aarch64}[platform.machine()]
    if number is not None and libc.syscall(number, *map(ctypes.c_long, arguments)) != -1:
        print("ESCAPED", number)
    elif number is not None and ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        print("ESCAPED: not refused by the filter", number, ctypes.get_errno())
"""


@dataclass(frozen=True)
class Attack:
    name: str
    code: str
    ends: tuple[str, ...] = ("ok", "error")
    real: bool = False


TIMEOUT, MEMORY = ("timeout",), ("memory",)
CRASH = ("killed",)
ANY = ("ok", "error", "timeout", "memory", "killed")

PROCESSES = (
    Attack("fork", "import os\nescapes(os.fork)", real=True),
    Attack(
        "fork_bomb",
        "import os\nwhile True:\n    try:\n        os.fork()\n        print('ESCAPED')\n"
        "    except OSError:\n        pass\n",
        TIMEOUT,
    ),
    Attack(
        "fork_by_number",
        _SYSCALLS + "raw(57, None)\nraw(58, None)\nraw(56, 220, 17, 0, 0, 0, 0)\n"
        "raw(435, 435, 0, 64)\n",
    ),
    Attack(
        "subprocess",
        "import subprocess\nescapes(lambda: subprocess.run(['/bin/true'], check=True))",
        real=True,
    ),
    Attack("shell", "import os\nif os.system('true') == 0: print('ESCAPED')", real=True),
    Attack("popen", "import os\nescapes(lambda: print(os.popen('echo').read()) or 1)", real=True),
    Attack(
        "spawn",
        "import os\nescapes(lambda: os.posix_spawn('/bin/true', ['true'], {}))",
        real=True,
    ),
    Attack(
        "exec",
        "import os\nescapes(lambda: os.execv('/bin/echo', ['echo', 'ESCAPED']))",
        real=True,
    ),
    Attack(
        "multiprocessing",
        "import multiprocessing as m\nprocess = m.get_context('fork').Process(target=print)"
        "\nescapes(process.start)",
        real=True,
    ),
    Attack(
        "thread_bomb",
        "import threading, time\nthreading.stack_size(32768)\nstarted = 0\n"
        "while started < 5000:\n"
        "    threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "    started += 1\nprint('ESCAPED')",
        ("killed", "error"),
    ),
    Attack(
        "thread_that_survives",
        "import threading, time\ndef go_on():\n    while True:\n        print('still here')\n"
        "        time.sleep(0.001)\nthreading.Thread(target=go_on, daemon=True).start()\n",
        ("ok",),
    ),
    Attack(
        "thread_that_is_waited_for",
        "import threading, time\nthreading.Thread(target=time.sleep, args=(60,)).start()",
        TIMEOUT,
    ),
    Attack(
        "atexit",
        "import atexit\ndef stay():\n    while True: pass\natexit.register(stay)\n",
        ("ok", "timeout"),
    ),
    Attack(
        "finalizer_that_stays",
        "class Stay:\n    def __del__(self):\n        while True: pass\nstay = Stay()\ndel stay\n",
        TIMEOUT,
    ),
)

SIGNALS = (
    Attack(
        "kill_the_server",
        "import os, signal\nfor to in (os.getppid(), 1, 0, -1, -os.getppid(), os.getpid() + 1):\n"
        "    for one in (signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, 0):\n"
        "        try:\n            os.kill(to, one)\n            print('ESCAPED', to, one)\n"
        "        except OSError:\n            pass\n",
        ("ok",),
    ),
    Attack("kill_the_group", "import os\nescapes(lambda: os.killpg(os.getpgid(0), 0))", real=True),
    Attack(
        "signals_by_number",
        _SYSCALLS + "import os\nparent = os.getppid()\n"
        "raw(62, 129, parent, 0)\nraw(200, 130, parent, 0)\nraw(234, 131, parent, parent, 0)\n"
        "raw(129, 138, parent, 10, 0)\nraw(297, 240, parent, parent, 10, 0)\n"
        "raw(434, 434, parent, 0)\nraw(424, 424, 0, 0, 0, 0)\n",
        ("ok",),
    ),
    Attack(
        "owner_of_a_pipe",
        "import fcntl, os\nreading, writing = os.pipe()\n"
        "escapes(lambda: fcntl.fcntl(reading, fcntl.F_SETOWN, os.getppid()))",
        real=True,
    ),
    Attack("sleep", "import time\ntime.sleep(60)\nprint('ESCAPED')", TIMEOUT),
    Attack(
        "ignored_signals",
        "import signal\nfor number in range(1, 65):\n    try:\n"
        "        signal.signal(number, signal.SIG_IGN)\n    except (OSError, ValueError):\n"
        "        pass\nwhile True: pass",
        TIMEOUT,
    ),
    Attack(
        "caught_timeout",
        "import time\nwhile True:\n    try:\n        time.sleep(60)\n"
        "    except BaseException:\n        print('ESCAPED')\n",
        TIMEOUT,
    ),
    Attack(
        "blocked_signals",
        "import signal\nsignal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\nwhile True: pass",
        TIMEOUT,
    ),
    Attack(
        "timer_that_winds_itself",
        "import signal\ndef again(*_): signal.setitimer(signal.ITIMER_REAL, 0.01)\n"
        "signal.signal(signal.SIGALRM, again)\nagain()\nwhile True:\n    signal.pause()",
        TIMEOUT,
    ),
    Attack("stops_itself", "import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", TIMEOUT),
    Attack("kills_itself", "import os\nos.kill(os.getpid(), 9)", CRASH),
)

MEMORY_AND_TIME = (
    Attack("list", "x = []\nwhile True: x.append(bytearray(1 << 20))", MEMORY),
    Attack("array", "import numpy as np\nx = [np.ones(1 << 20) for _ in range(1 << 20)]", MEMORY),
    Attack("string", "x = 'x'\nwhile True: x += x", MEMORY),
    Attack(
        "mapping",
        "import mmap\nkept = []\nwhile True:\n    kept.append(mmap.mmap(-1, 1 << 24))\n"
        "    kept[-1].write(b'x' * (1 << 24))",
        ("error", "memory"),
    ),
    Attack("memory_file", "import os\nescapes(lambda: os.memfd_create('x'))", real=True),
    Attack(
        "decompression",
        "import zlib\nsmall = zlib.compress(bytes(1 << 22))\nkept = []\n"
        "while True: kept.append(zlib.decompress(small))",
        MEMORY,
    ),
    Attack(
        "caught_memory_error",
        "x = []\nwhile True:\n    try:\n        x.append(bytearray(1 << 20))\n"
        "    except MemoryError:\n        pass",
        TIMEOUT,
    ),
    Attack("power", "x = 9 ** 9 ** 9", ("timeout", "memory")),
    Attack("long_number", "str(2 ** 10 ** 8)", ("timeout", "memory")),
    Attack("pattern", "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')", TIMEOUT),
    Attack(
        "pickle_of_a_call",
        "import os, pickle\nclass Call:\n    def __reduce__(self): return os.system, ('true',)\n"
        "if pickle.loads(pickle.dumps(Call())) == 0: print('ESCAPED')",
        real=True,
    ),
    Attack(
        "nested_pickle",
        "import copy\nx = ['x' * 10]\nfor _ in range(64): x = [*x, *x]",
        MEMORY,
    ),
    Attack("recursion", "def f(): return f()\nf()", ("error",)),
    Attack(
        "deep_recursion",
        "import sys\nsys.setrecursionlimit(10 ** 9)\nclass A:\n"
        "    def __repr__(self): return repr(self)\nrepr(A())",
        ("killed", "memory", "error"),
    ),
    Attack("deep_source", "x = " + "(" * 5000 + ")" * 5000, ("error", "memory", "killed")),
    Attack("long_sum", "x = " + "+".join(["1"] * 100_000), ANY),
    Attack(
        "raised_limits",
        "import resource\nfor which in (resource.RLIMIT_AS, resource.RLIMIT_CPU, "
        "resource.RLIMIT_NOFILE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):\n"
        "    escapes(lambda: resource.setrlimit(which, (-1, -1)))\n"
        "    escapes(lambda: resource.prlimit(resource.os.getppid() if hasattr(resource, 'os') "
        "else 1, which))\n",
    ),
    Attack(
        "priority",
        "import os\nescapes(lambda: os.setpriority(os.PRIO_PROCESS, 0, 1))\n"
        "escapes(lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)))\n"
        "escapes(lambda: os.sched_setaffinity(0, os.sched_getaffinity(0)))",
        real=True,
    ),
)

FILES = (
    Attack("secret", "escapes(lambda: print(open(SECRET).read()))", real=True),
    Attack(
        "system_files",
        "for path in ('/etc/shadow', '/etc/passwd', '/etc/hostname', '/var/log', '/boot'):\n"
        "    escapes(lambda: open(path))\n    escapes(lambda: os.listdir(path))\n",
        ("ok", "error"),
    ),
    Attack(
        "home",
        "import os\ntry:\n    seen = os.listdir(HOME)\nexcept OSError:\n    seen = []\n"
        "for name in seen:\n    path = os.path.join(HOME, name)\n"
        "    if not any(one.startswith(path) for one in VISIBLE): print('ESCAPED', path)",
        ("ok",),
    ),
    Attack(
        "repository",
        "import os\nescapes(lambda: open(os.path.join(REPOSITORY, 'pyproject.toml')))\n"
        "escapes(lambda: print(os.listdir(os.path.join(REPOSITORY, 'tests'))))",
        real=True,
    ),
    Attack(
        "environment",
        "import ctypes, os\nseen = str(os.environ)\n"
        "libc = ctypes.CDLL(None)\nlibc.getenv.restype = ctypes.c_char_p\n"
        "seen += str(libc.getenv(b'NUMINA_TEST_TOKEN'))\n"
        "for pid in ('self', 1, os.getppid()):\n    try:\n"
        "        seen += open(f'/proc/{pid}/environ').read()\n    except OSError:\n        pass\n"
        "print(seen)\nif 'NUMINA_TEST_TOKEN' in seen: print('ESCAPED')",
        real=True,
    ),
    Attack(
        "writing_outside",
        "import os\nfor folder in (os.path.dirname(SECRET), '/', '/usr', '/etc', '/var/tmp', "
        "'/dev/shm', HOME, REPOSITORY, os.path.dirname(LIBRARY)):\n"
        "    escapes(lambda: open(os.path.join(folder, 'numina-was-here'), 'w'))\n"
        "    escapes(lambda: os.mkdir(os.path.join(folder, 'numina-was-here')))\n"
        "for path in (SECRET, LIBRARY, '/etc/passwd'):\n    escapes(lambda: open(path, 'a'))\n"
        "    escapes(lambda: os.unlink(path))\n    escapes(lambda: os.rename(path, 'mine'))\n",
        ("ok",),
    ),
    Attack(
        "rights_and_times_of_others",
        "import os\nfor path in (SECRET, LIBRARY):\n"
        "    escapes(lambda: os.chmod(path, 0o777))\n    escapes(lambda: os.utime(path))\n"
        "    escapes(lambda: os.chown(path, os.getuid(), os.getgid()))\n"
        "    escapes(lambda: os.truncate(path, 0))\n"
        "    escapes(lambda: os.setxattr(path, 'user.x', b'x'))\n",
        ("ok",),
    ),
    Attack(
        "links_to_others",
        "import os\nos.symlink(SECRET, 'link')\nos.symlink(os.path.dirname(SECRET), 'folder')\n"
        "escapes(lambda: print(open('link').read()))\n"
        "escapes(lambda: print(open('folder/secret').read()))\n"
        "escapes(lambda: os.link(SECRET, 'hard'))\nescapes(lambda: open('folder/new', 'w'))",
    ),
    Attack(
        "proc",
        "import os\nfor path in ('/proc', '/proc/self/environ', '/proc/self/root/etc/passwd', "
        "'/proc/self/maps', '/proc/sys/kernel/core_pattern'):\n"
        "    escapes(lambda: open(path, 'rb').read(1))\n"
        "for pid in (1, os.getppid()):\n"
        "    for name in ('mem', 'environ', 'maps', 'cwd', 'root/etc/passwd', 'fd/0', 'fd/1'):\n"
        "        path = f'/proc/{pid}/{name}'\n"
        "        escapes(lambda: open(path, 'rb').read(1))\n"
        "        escapes(lambda: print(os.listdir(path)))\n"
        "        escapes(lambda: open(path, 'r+b').close())\n",
        ("ok",),
    ),
    Attack(
        "devices",
        "import os, stat\nfor path in ('/dev/mem', '/dev/kmsg', '/dev/sda', '/dev/vda', "
        "'/dev/tty', '/dev/ptmx', '/dev/fuse', '/dev/kvm'):\n"
        "    escapes(lambda: os.open(path, os.O_RDWR))\n"
        "escapes(lambda: os.mknod('device', 0o600 | stat.S_IFCHR, os.makedev(1, 1)))\n"
        "escapes(lambda: os.mkfifo('fifo'))",
    ),
    Attack(
        "large_file",
        "with open('large', 'wb') as file:\n    for _ in range(1024): file.write(bytes(1 << 20))\n"
        "print('ESCAPED')",
        ("error", "killed"),
    ),
    Attack(
        "full_folder",
        "for number in range(1024):\n    with open(str(number), 'wb') as file:\n"
        "        file.write(bytes(1 << 20))\nimport time\ntime.sleep(60)\nprint('ESCAPED')",
        ("error", "killed"),
    ),
    Attack(
        "many_files",
        "for number in range(10 ** 6): open(str(number), 'w').close()\nprint('ESCAPED')",
        ("error", "killed", "timeout"),
    ),
    Attack(
        "open_files",
        "kept = [open('/dev/null') for _ in range(100_000)]\nprint('ESCAPED')",
        ("error",),
    ),
    Attack(
        "deep_folders",
        "import os\nfor _ in range(2000):\n    os.mkdir('deep')\n    os.chdir('deep')\n"
        "open('file', 'w').close()",
        ("ok", "killed"),
    ),
    Attack(
        "folders_without_rights",
        "import os\nos.makedirs('a/b/c')\nopen('a/b/c/file', 'w').close()\nos.mkdir('closed', 0)\n"
        "os.umask(0o777)\nos.mkdir('a/closed')\nos.close(os.open('a/file', os.O_CREAT, 0))\n"
        "for path in ('a/b', 'a'):\n    try:\n        os.chmod(path, 0)\n"
        "    except OSError:\n        pass\n",
        ("ok",),
    ),
    Attack(
        "odd_names",
        "import os\nfor name in (b'\\xff\\xfe', b'a\\nb', b'-rf', b'x' * 255, b' ', b'...'):\n"
        "    os.mkdir(name)\n    open(name + b'/y', 'w').close()",
        ("ok",),
    ),
    Attack(
        "core_dump",
        "import os\ntry:\n    import resource\n    resource.setrlimit(resource.RLIMIT_CORE, "
        "(-1, -1))\nexcept (OSError, ValueError):\n    pass\nos.abort()",
        CRASH,
    ),
)

NETWORK = (
    Attack(
        "tcp",
        "import socket\nescapes(lambda: socket.create_connection(('127.0.0.1', PORT)))",
        real=True,
    ),
    Attack(
        "udp",
        "import socket\nescapes(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM)"
        ".sendto(b'x', ('127.0.0.1', UDP_PORT)))",
        real=True,
    ),
    Attack(
        "unix",
        "import socket\nescapes(lambda: socket.socket(socket.AF_UNIX).connect(UNIX))",
        real=True,
    ),
    Attack(
        "abstract",
        "import socket\nescapes(lambda: socket.socket(socket.AF_UNIX).connect(ABSTRACT))",
        real=True,
    ),
    Attack(
        "listening",
        "import socket\nescapes(lambda: socket.create_server(('127.0.0.1', 0)))",
        real=True,
    ),
    Attack(
        "raw_socket",
        "import socket\nfor family, kind in ((socket.AF_INET, socket.SOCK_RAW), "
        "(socket.AF_PACKET, socket.SOCK_RAW), (socket.AF_NETLINK, socket.SOCK_RAW)):\n"
        "    escapes(lambda: socket.socket(family, kind))",
    ),
    Attack("socket_pair", "import socket\nescapes(socket.socketpair)", real=True),
    Attack(
        "web",
        "import urllib.request\n"
        "escapes(lambda: urllib.request.urlopen(f'http://127.0.0.1:{PORT}', timeout=0.2).close())",
    ),
)

KERNEL = (
    Attack(
        "privileged_calls",
        _SYSCALLS
        + "for x86_64, aarch64 in ((165, 40), (166, 39), (155, 41), (272, 97), (308, 268), "
        "(161, 51), (169, 142), (175, 105), (246, 104), (321, 280), (298, 241), (323, 282), "
        "(425, 425), (426, 426), (250, 219), (248, 217), (304, 265), (303, 264), (135, 92), "
        "(105, 146), (106, 144), (116, 159), (126, 91), (317, 277), (444, 444), (101, 117), "
        "(310, 270), (311, 271), (312, 272), (438, 438), (29, 194), (68, 186), (64, 190), "
        "(240, 180), (319, 279), (300, 262), (253, None), (139, None), (172, None), "
        "(171, 162), (170, 161), (227, 112), (159, 171), (163, 89), (179, 60), (167, 224), "
        "(428, 428), (429, 429), (430, 430), (447, 447), (9999, 9999)):\n"
        "    raw(x86_64, aarch64, 0, 0, 0, 0, 0)\n",
        ("ok",),
    ),
    Attack(
        "looking_into_the_server",
        _SYSCALLS + "import os\nparent = os.getppid()\nraw(101, 117, 16, parent, 0, 0)\n"
        "raw(310, 270, parent, 0, 0, 0, 0, 0)\nraw(312, 272, parent, parent, 0, 0, 0)\n"
        "raw(302, 261, parent, 7, 0, 0)\n",
        ("ok",),
    ),
    Attack(
        "another_architecture",
        "import ctypes, mmap, platform\nassert platform.machine() == 'x86_64'\n"
        "memory = mmap.mmap(-1, 4096, prot=7)\n"
        "memory.write(b'\\xb8\\x02\\0\\0\\0\\xcd\\x80\\xc3')  # fork, as on a 386\n"
        "at = ctypes.addressof(ctypes.c_char.from_buffer(memory))\n"
        "ctypes.CFUNCTYPE(ctypes.c_int)(at)()\nprint('ESCAPED')",
        ("killed", "error"),
    ),
    Attack(
        "x32",
        "import ctypes, platform\nassert platform.machine() == 'x86_64'\n"
        "ctypes.CDLL(None).syscall(0x40000000 + 39)\nprint('ESCAPED')",
        ("killed", "error"),
    ),
    Attack(
        "shared_memory",
        "from multiprocessing import shared_memory\n"
        "escapes(lambda: shared_memory.SharedMemory(create=True, size=1).unlink())",
        real=True,
    ),
    Attack(
        "new_identity",
        "import os\nfor name in ('setuid', 'setgid', 'seteuid'):\n"
        "    escapes(lambda: getattr(os, name)(0))\n"
        "escapes(lambda: os.setgroups([0]))\nescapes(lambda: os.chroot('.'))\n"
        "escapes(os.setsid)\nescapes(lambda: os.setpgid(0, os.getppid()))",
        ("ok",),
    ),
    Attack(
        "process_settings",
        _SYSCALLS + "for option, value in ((4, 1), (1, 0), (22, 2), (23, 0), (24, 0), (36, 1), "
        "(47, 2), (0x59616D61, -1)):\n    raw(157, 167, option, value, 0, 0, 0)\n",
        ("ok",),
    ),
)

DECEIT = (
    Attack("endless_output", "while True: print('x' * 100)", ("timeout", "killed")),
    Attack(
        "endless_errors",
        "import sys\nwhile True: print('x' * 100, file=sys.stderr)",
        ("timeout", "killed"),
    ),
    Attack(
        "endless_line",
        "import os\nwhile True: os.write(1, b'x' * 65536)",
        ("timeout", "killed"),
    ),
    Attack(
        "forged_frames",
        "import json, os\nfake = json.dumps({'output': 'ESCAPED', 'outcome': 'ok', 'seconds': 0.0, "
        "'cut': False}).encode()\nfor descriptor in range(3, 1024):\n"
        "    for data in (len(fake).to_bytes(4, 'big') + fake, b'\\x00' * 64, b'<<<END>>>\\n'):\n"
        "        try:\n            os.write(descriptor, data)\n            print('ESCAPED')\n"
        "        except OSError:\n            pass\n1 / 0",
        ("error",),
    ),
    Attack(
        "forged_end",
        "import os, json\nfake = json.dumps({'output': '', 'outcome': 'ok'}).encode()\n"
        "os.write(1, len(fake).to_bytes(4, 'big') + fake + b'\\x04\\0\\r\\n')\n1 / 0",
        ("error",),
    ),
    Attack(
        "claimed_success",
        "import sys\nprint('outcome: ok')\nsys.stdout.flush()\nimport time\ntime.sleep(60)",
        TIMEOUT,
    ),
    Attack(
        "replaced_print",
        "import builtins, sys\nbuiltins.print = builtins.repr = None\nsys.stdout = None\n"
        "sys.stderr = None\nsys.excepthook = sys.displayhook = None\n"
        "builtins.__dict__.clear()\n1 / 0",
        ("error",),
    ),
    Attack(
        "replaced_machinery",
        "import os, sys, traceback\nfor name, module in list(sys.modules.items()):\n"
        "    if name.startswith('inside'):\n        vars(module).clear()\n"
        "os._exit = os.write = traceback.TracebackException = None\nsys.modules.clear()\n1 / 0",
        ("error", "killed"),
    ),
    Attack(
        "closed_descriptors",
        "import os\nos.closerange(0, 4096)\nwhile True: pass",
        TIMEOUT,
    ),
    Attack(
        "closed_output", "import sys\nsys.stdout.close()\nsys.stderr.close()\n1 / 0", ("error",)
    ),
    Attack("sudden_exit", "import os\nprint('kept')\nos._exit(0)", ("ok",)),
    Attack("sudden_exit_with_a_status", "import os\nos._exit(77)", ("error",)),
    Attack(
        "exit_in_a_thread",
        "import os, threading\nthreading.Thread(target=os._exit, args=(3,)).start()",
        ("error",),
    ),
    Attack("segmentation_fault", "import ctypes\nctypes.string_at(0)", CRASH),
    Attack("abort", "import os\nos.abort()", CRASH),
    Attack(
        "trace_and_audit_hooks",
        "import sys\ndef no(*_): raise RuntimeError('no')\n"
        "sys.settrace(no)\nsys.setprofile(no)\nsys.addaudithook(no)\nopen('x')",
        ("error", "killed"),
    ),
    Attack(
        "hostile_exception",
        "class E(Exception):\n    def __str__(self): raise SystemExit(0)\n"
        "    __repr__ = __str__\nraise E('x')",
        ("error",),
    ),
    Attack(
        "hostile_exit",
        "class E:\n    def __str__(self): raise KeyboardInterrupt\nraise SystemExit(E())",
        ("error",),
    ),
    Attack(
        "hostile_value", "class E:\n    def __repr__(self): raise SystemExit(5)\nE()", ("error",)
    ),
    Attack("huge_exception", "raise ValueError('x' * 10 ** 7)", ("error",)),
    Attack(
        "chain_of_exceptions",
        "error = ValueError('x')\nfor i in range(50_000):\n    new = ValueError('x')\n"
        "    new.__context__ = error\n    error = new\nraise error",
        ("error", "killed", "memory"),
    ),
    Attack(
        "changed_libraries",
        "import math, numpy, random, sympy\nsympy.factorint = sympy.Symbol = None\nnumpy.pi = 3\n"
        "math.pi = 3\nsympy.core.cache.clear_cache()\nimport builtins\nbuiltins.sum = max",
        ("ok",),
    ),
    Attack(
        "files_for_the_next",
        "import os\nos.mkdir('kept')\nopen('kept/sympy.py', 'w').write('raise SystemExit')\n"
        "open('sympy.py', 'w').write('raise SystemExit')\n"
        "open('usercustomize.py', 'w').write('raise SystemExit')\nos.symlink('/', 'root')",
        ("ok",),
    ),
    Attack(
        "not_unicode", "import os, sys\nos.write(1, b'\\xff\\xfe\\x80')\nprint('\\ud800')", ("ok",)
    ),
    Attack("zero_bytes", "print('a\\0b')", ("ok",)),
    Attack("reads_its_input", "import sys\nassert sys.stdin.read() == ''\ninput()", ("error",)),
)

ATTACKS = (*PROCESSES, *SIGNALS, *MEMORY_AND_TIME, *FILES, *NETWORK, *KERNEL, *DECEIT)
