"""The outer half of the jail: a program that shuts every door it can behind itself and then becomes the inmate.

    python -I -S warder.py FOLDER SECONDS PROGRAM

Limits on time, memory and files hold everywhere. On Linux it also gives up all that root may do more than others, and
the kernel refuses whatever Python does not need, such as processes, sockets, signals and changed permissions (seccomp),
and every file that is neither in FOLDER nor a part of Python (Landlock). None of it needs any rights, and none can be
taken off again. Standard library only, and nothing else of the project.
"""

from __future__ import annotations

import os
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress

MEMORY = 768_000_000
FILE_BYTES = 1_000_000
OPEN_FILES = 64
PROCESSES = 512  # of the whole user, where nothing better holds

# What a process in the jail may ask of the kernel, by architecture: [x86_64, aarch64]; -1 where there is none. It is
# what Python asks for, with glibc and with musl; whatever is not here is refused.
ALLOWED = {
    "read": (0, 63), "write": (1, 64), "open": (2, -1), "openat": (257, 56), "openat2": (437, 437),
    "close": (3, 57), "close_range": (436, 436), "stat": (4, -1), "fstat": (5, 80), "lstat": (6, -1),
    "newfstatat": (262, 79), "statx": (332, 291), "lseek": (8, 62), "pread64": (17, 67), "pwrite64": (18, 68),
    "readv": (19, 65), "writev": (20, 66), "preadv": (295, 69), "pwritev": (296, 70), "preadv2": (327, 286),
    "pwritev2": (328, 287), "access": (21, -1), "faccessat": (269, 48), "faccessat2": (439, 439),
    "dup": (32, 23), "dup2": (33, -1), "dup3": (292, 24), "flock": (73, 32), "getcwd": (79, 17),
    "chdir": (80, 49), "fchdir": (81, 50), "mkdir": (83, -1), "mkdirat": (258, 34), "rmdir": (84, -1),
    "unlink": (87, -1), "unlinkat": (263, 35), "rename": (82, -1), "renameat": (264, 38),
    "renameat2": (316, 276), "link": (86, -1), "linkat": (265, 37), "symlink": (88, -1), "symlinkat": (266, 36),
    "readlink": (89, -1), "readlinkat": (267, 78), "getdents": (78, -1), "getdents64": (217, 61),
    "creat": (85, -1), "truncate": (76, 45), "ftruncate": (77, 46), "fallocate": (285, 47), "fsync": (74, 82),
    "fdatasync": (75, 83), "copy_file_range": (326, 285), "sendfile": (40, 71), "fadvise64": (221, 223),
    "umask": (95, 166), "statfs": (137, 43), "fstatfs": (138, 44), "pipe": (22, -1), "pipe2": (293, 59),
    "mmap": (9, 222), "mprotect": (10, 226), "munmap": (11, 215), "brk": (12, 214), "mremap": (25, 216),
    "madvise": (28, 233), "msync": (26, 227), "mincore": (27, 232), "membarrier": (324, 283),
    "arch_prctl": (158, -1), "map_shadow_stack": (453, 453), "execve": (59, 221), "exit": (60, 93),
    "exit_group": (231, 94), "wait4": (61, 260), "waitid": (247, 95), "getpid": (39, 172),
    "getppid": (110, 173), "gettid": (186, 178), "getpgid": (121, 155), "getpgrp": (111, -1),
    "getsid": (124, 156), "getuid": (102, 174), "geteuid": (107, 175), "getgid": (104, 176),
    "getegid": (108, 177), "getresuid": (118, 148), "getresgid": (120, 150), "getgroups": (115, 158),
    "getcpu": (309, 168), "sched_yield": (24, 124), "sched_getaffinity": (204, 123),
    "sched_getparam": (143, 121), "sched_getscheduler": (145, 120), "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126), "getpriority": (140, 141), "getrlimit": (97, 163),
    "setrlimit": (160, 164), "getrusage": (98, 165), "times": (100, 153), "sysinfo": (99, 179),
    "uname": (63, 160), "set_tid_address": (218, 96), "set_robust_list": (273, 99),
    "get_robust_list": (274, 100), "rseq": (334, 293), "futex": (202, 98), "futex_waitv": (449, 449),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136), "rt_sigtimedwait": (128, 137), "rt_sigsuspend": (130, 133),
    "sigaltstack": (131, 132), "pause": (34, -1), "alarm": (37, -1), "setitimer": (38, 103),
    "getitimer": (36, 102), "restart_syscall": (219, 128), "time": (201, -1), "gettimeofday": (96, 169),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115),
    "nanosleep": (35, 101), "getrandom": (318, 278), "poll": (7, -1), "ppoll": (271, 73), "select": (23, -1),
    "pselect6": (270, 72), "epoll_create": (213, -1), "epoll_create1": (291, 20), "epoll_ctl": (233, 21),
    "epoll_wait": (232, -1), "epoll_pwait": (281, 22), "epoll_pwait2": (441, 441), "eventfd": (284, -1),
    "eventfd2": (290, 19), "timerfd_create": (283, 85), "timerfd_settime": (286, 86),
    "timerfd_gettime": (287, 87), "recvfrom": (45, 207), "recvmsg": (47, 212), "shutdown": (48, 210),
    "getsockname": (51, 204), "getpeername": (52, 205), "getsockopt": (55, 209),
}  # fmt: skip
# What it may ask for with these words only: numbers, which of the arguments, and what that may be.
ALLOWED_WITH = {
    "prlimit64": ((302, 261), 0, (0,)),  # its own limits
    "socketpair": ((53, 199), 0, (1,)),  # by which asyncio wakes itself
    "fcntl": ((72, 25), 1, (0, 1, 2, 3, 4, 5, 6, 7, 36, 37, 38, 1030)),  # not who is sent a signal
    "ioctl": ((16, 29), 1, (0x5401, 0x5413, 0x541B, 0x5421, 0x5450, 0x5451, 0x802C542A)),  # isatty and its kin
    "prctl": ((157, 167), 0, (15, 16, 0x53564D41)),  # names of threads and of memory
}
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE, _CLONE3, _SENDTO = (56, 220), (435, 435), (44, 206)
_NEWEST = 462  # the last number that existed when this was written
_CLONE_THREAD = 0x10000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026

# Rights of Landlock, as bits, in the order in which kernels learnt them.
_READ = 1 << 2 | 1 << 3
_EXECUTE = 1 << 0
_FILE_ONLY = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_RIGHTS = (1 << 16) - 1
_EXECUTE_OR_DEVICE = 1 << 0 | 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 15  # devices, pipes and sockets with a name
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_NEW_PRIVILEGES, _SET_SECCOMP, _DROP_CAPABILITY, _SET_SECURE_BITS, _AMBIENT, _CLEAR_ALL = 38, 22, 24, 28, 47, 4
_ROOT_IS_NOBODY = 0xEF  # being root gives no rights, and that cannot be changed
_CAPABILITY_VERSION = 0x20080522


def main() -> None:
    """Shut the doors, and become the program."""
    folder, seconds, program = sys.argv[1:4]
    python = os.path.realpath(getattr(sys, "_base_executable", sys.executable))
    os.chdir(folder)
    _limit(int(seconds))
    if sys.platform == "linux":
        import ctypes

        library = ctypes.CDLL(None, use_errno=True)
        library.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        _weaken(library)
        _fence(library, folder, python, program)
        _silence(library)
    # -s -S -P -B is all of -I but for PYTHONHASHSEED: the same tests shall say the same each time.
    environment = {"PYTHONHASHSEED": "0", "HOME": folder, "TMPDIR": folder, "LC_ALL": "C.UTF-8"}
    os.execve(python, [python, "-s", "-S", "-P", "-B", "-X", "utf8", program], environment)


def _limit(seconds: int) -> None:
    import resource

    bounds = {
        resource.RLIMIT_CPU: seconds + 1,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_FSIZE: FILE_BYTES,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_NPROC: PROCESSES,
        resource.RLIMIT_CORE: 0,
    }
    for name, bound in bounds.items():
        _, hard = resource.getrlimit(name)
        bound = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        with suppress(OSError, ValueError):  # macOS has no limit of memory
            resource.setrlimit(name, (bound, bound))


def _weaken(library: object) -> None:
    """Give up what root may do more than others, for ever; who has none of it is not allowed to, and need not."""
    call = library.prctl  # type: ignore[attr-defined]
    for capability in range(64):
        call(_DROP_CAPABILITY, capability, 0, 0, 0)
    call(_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    call(_SET_SECURE_BITS, _ROOT_IS_NOBODY, 0, 0, 0)
    library.capset(struct.pack("=Ii", _CAPABILITY_VERSION, 0), bytes(24))  # type: ignore[attr-defined]


def _fence(library: object, folder: str, python: str, program: str) -> None:
    """Let the kernel refuse all files but those in the folder, and to read those that Python is made of."""
    call = library.syscall  # type: ignore[attr-defined]
    version = call(_CREATE_RULESET, None, 0, 1)
    if version < 1:  # an older kernel, or one without Landlock
        return
    handled = _RIGHTS.get(version, _ALL_RIGHTS)
    attributes = struct.pack("=QQQ", handled, 0b11, 0b11)[: 8 if version < 4 else 16 if version < 6 else 24]
    ruleset = call(_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return
    rights = {folder: handled & ~_EXECUTE_OR_DEVICE, "/dev/null": _READ | 1 << 1}
    rights |= dict.fromkeys(_of_python(python, program), _READ | _EXECUTE)
    for path, right in rights.items():
        with suppress(OSError):
            place = os.open(path, getattr(os, "O_PATH", 0) | os.O_CLOEXEC)
            right = right if os.path.isdir(path) else right & _FILE_ONLY
            call(_ADD_RULE, ruleset, 1, struct.pack("=Qi", right & handled, place), 0)
            os.close(place)
    call(_RESTRICT_SELF, ruleset, 0)
    os.close(ruleset)


def _of_python(python: str, program: str) -> Iterator[str]:
    yield from (python, program, os.path.join(sys.base_prefix, "lib"))
    yield from ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/nix/store", "/etc/ld.so.cache")
    yield from ("/usr/share/zoneinfo", "/dev/urandom")


def _silence(library: object) -> None:
    """Let the kernel refuse other processes, the network, signals, and all else that tests have no need of."""
    import ctypes

    machine = os.uname().machine
    if machine not in MACHINES:
        return
    program = b"".join(struct.pack("=HBBI", *step) for step in steps(*MACHINES[machine]))
    kept = ctypes.create_string_buffer(program, len(program))
    filter_program = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    library.prctl(_SET_SECCOMP, 2, filter_program, 0, 0)  # type: ignore[attr-defined]


def steps(machine: int, architecture: int) -> Iterator[tuple[int, int, int, int]]:
    """Give the steps of the filter: (what, how many to skip if so, and if not, with which number)."""
    yield from ((_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0))
    yield from ((_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _EPERM))  # the 32-bit numbers of x86_64
    for numbers in ALLOWED.values():
        if numbers[machine] >= 0:
            yield from ((_EQUAL, 0, 1, numbers[machine]), (_RETURN, 0, 0, _ALLOW))
    for numbers, place, values in ALLOWED_WITH.values():
        yield from ((_EQUAL, 0, 2 + 2 * len(values), numbers[machine]), (_LOAD, 0, 0, 16 + 8 * place))
        for value in values:
            yield from ((_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW))
        yield (_RETURN, 0, 0, _EPERM)
    yield from ((_EQUAL, 0, 1, _CLONE3[machine]), (_RETURN, 0, 0, _ENOSYS))  # then clone is asked, which can be read
    yield from ((_EQUAL, 0, 4, _CLONE[machine]), (_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _CLONE_THREAD))
    yield from ((_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM))
    yield from ((_EQUAL, 0, 6, _SENDTO[machine]), (_LOAD, 0, 0, 48), (_EQUAL, 0, 3, 0), (_LOAD, 0, 0, 52))
    yield from ((_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM))  # to no address but its pair
    yield from ((_AT_LEAST, 0, 1, _NEWEST + 1), (_RETURN, 0, 0, _ENOSYS), (_RETURN, 0, 0, _EPERM))


if __name__ == "__main__":
    main()
