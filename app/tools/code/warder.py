"""The outer half of the jail: a program that shuts every door it can behind itself and then becomes the inmate.

    python -I -S warder.py FOLDER SECONDS PROGRAM

Limits on time, memory and files hold everywhere. On Linux the kernel also refuses processes, sockets, signals and
changed permissions (seccomp), and every file that is neither in FOLDER nor a part of Python (Landlock). Neither needs
any rights, and neither can be taken off again. Standard library only, and nothing else of the project.
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

# What a process in the jail must not ask of the kernel, by architecture: [x86_64, aarch64]; 0 where there is none.
REFUSED = {
    "fork": (57, 0), "vfork": (58, 0), "ptrace": (101, 117), "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271), "kill": (62, 129), "tkill": (200, 130), "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240), "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424), "socket": (41, 198), "connect": (42, 203), "bind": (49, 200),
    "listen": (50, 201), "sendmsg": (46, 211), "sendmmsg": (307, 269), "io_uring_setup": (425, 425),
    "chmod": (90, 0), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452), "chown": (92, 0),
    "fchown": (93, 55), "lchown": (94, 0), "fchownat": (260, 54), "setxattr": (188, 5), "lsetxattr": (189, 6),
    "fsetxattr": (190, 7), "utime": (132, 0), "utimes": (235, 0), "futimesat": (261, 0), "utimensat": (280, 88),
    "setsid": (112, 157), "setpgid": (109, 154), "setpriority": (141, 140), "unshare": (272, 97), "setns": (308, 268),
    "mount": (165, 40), "chroot": (161, 51), "bpf": (321, 280), "perf_event_open": (298, 241),
    "keyctl": (250, 219), "add_key": (248, 217), "userfaultfd": (323, 282), "memfd_create": (319, 279),
}  # fmt: skip
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
_CLONE, _CLONE3, _SENDTO, _PRLIMIT = (56, 220), (435, 435), (44, 206), (302, 261)
_CLONE_THREAD = 0x10000
_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _EPERM, _ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026

# Rights of Landlock, as bits, in the order in which kernels learnt them.
_READ = 1 << 2 | 1 << 3
_EXECUTE = 1 << 0
_FILE_ONLY = 1 << 0 | 1 << 1 | 1 << 2 | 1 << 14
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ALL_RIGHTS = (1 << 16) - 1
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_NO_NEW_PRIVILEGES, _SET_SECCOMP = 38, 22


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
    rights = {folder: handled & ~_EXECUTE, "/dev/null": _READ | 1 << 1}
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
    """Let the kernel refuse other processes, the network and signals."""
    import ctypes

    machine = os.uname().machine
    if machine not in _MACHINES:
        return
    program = b"".join(struct.pack("=HBBI", *step) for step in _steps(*_MACHINES[machine]))
    kept = ctypes.create_string_buffer(program, len(program))
    filter_program = struct.pack("@HP", len(program) // 8, ctypes.addressof(kept))
    library.prctl(_SET_SECCOMP, 2, filter_program, 0, 0)  # type: ignore[attr-defined]


def _steps(machine: int, architecture: int) -> Iterator[tuple[int, int, int, int]]:
    """Give the steps of the filter: (what, where to go on if so, and if not, with which number)."""
    yield from ((_LOAD, 0, 0, 4), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL), (_LOAD, 0, 0, 0))
    yield from ((_AT_LEAST, 0, 1, 0x40000000), (_RETURN, 0, 0, _EPERM))  # the 32-bit numbers of x86_64
    for numbers in REFUSED.values():
        if numbers[machine]:
            yield from ((_EQUAL, 0, 1, numbers[machine]), (_RETURN, 0, 0, _EPERM))
    yield from ((_EQUAL, 0, 1, _CLONE3[machine]), (_RETURN, 0, 0, _ENOSYS))  # then clone is asked, which can be read
    yield from ((_EQUAL, 0, 4, _CLONE[machine]), (_LOAD, 0, 0, 16), (_ANY_BIT, 0, 1, _CLONE_THREAD))
    yield from ((_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM))
    yield from ((_EQUAL, 0, 4, _PRLIMIT[machine]), (_LOAD, 0, 0, 16), (_EQUAL, 0, 1, 0))  # its own limits alone
    yield from ((_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM))
    yield from ((_EQUAL, 0, 6, _SENDTO[machine]), (_LOAD, 0, 0, 48), (_EQUAL, 0, 3, 0), (_LOAD, 0, 0, 52))
    yield from ((_EQUAL, 0, 1, 0), (_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _EPERM))  # to no address but its pair
    yield (_RETURN, 0, 0, _ALLOW)


if __name__ == "__main__":
    main()
