#!/usr/bin/python3
"""
Fails where a program calls what ThreadSanitizer cannot understand: functions of GLib that
synchronise, or that access a container, and that tests/support/tsan does not stand before.
"""

import re
import subprocess
import sys

FAMILIES = re.compile(
    r"g_(mutex|cond|async_queue|thread_pool|once|bit|pointer_bit|hash_table|ptr_array|array"
    r"|byte_array|queue|string|bytes|atomic_ref_count|atomic_rc_box|object)_\w+")

# Those that come before an object is shared or after, or that order nothing.
HARMLESS = re.compile(
    r"\w+_(new|new0|new_\w+|sized_new|alloc0|init|ref|acquire|dup|get_type|clear|inc"
    r"|free|free_full|free_to_bytes|destroy)"
    r"|g_(async_queue|hash_table|array|byte_array)_unref"  # of one owner
    r"|g_cond_(signal|broadcast)"  # the mutex does
    r"|g_hash_table_iter_get_hash_table"  # of the iterator
    r"|g_(array|ptr_array)_set_(clear|free)_func"  # once, before it is shared
    r"|g_bytes_get_(data|size)"  # never change
    r"|g_object_\w*(set|get|property|properties)\w*"  # Thrift's, of one thread
    # of texts that one function makes
    r"|g_string_(append_unichar|append_uri_escaped|erase|insert_c|prepend|replace)")


def main() -> int:
    """Prints the functions that are missing."""
    listed = subprocess.run(["nm", "--undefined-only", *sys.argv[1:]], check=True,
                            capture_output=True, text=True)
    names = {line.split()[-1] for line in listed.stdout.splitlines() if " U " in line}
    missing = sorted(name for name in names
                     if FAMILIES.fullmatch(name) and not HARMLESS.fullmatch(name))
    for name in missing:
        print(f"{name} is used, and unknown to ThreadSanitizer: cover it in tests/support/tsan,"
              " or say in this file why it needs none")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
