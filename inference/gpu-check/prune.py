"""Makes a CUDA library smaller: zeroes the code of every fatbin entry whose GPU architecture is not wanted (and all PTX).

The file layout stays the same, so the zeroed parts only disappear when compressed. Used by pack.sh, which makes a
self-contained archive to run the project on a CUDA 13 machine without Java or network.
Usage: prune.py SOURCE.so TARGET.so ARCH[,ARCH...]    for example 90
"""
import mmap
import shutil
import struct
import sys

MAGIC = struct.pack('<I', 0xBA55ED50)
PTX = 1


def prune(source, target, keep):
    shutil.copy(source, target)
    zeroed = kept = 0
    with open(target, 'r+b') as f, mmap.mmap(f.fileno(), 0) as m:
        at = m.find(MAGIC)
        while at >= 0:
            _, header, size = struct.unpack_from('<HHQ', m, at + 4)
            if header != 16 or size > len(m) - at:  # the magic number by chance
                at = m.find(MAGIC, at + 4)
                continue
            entry, end = at + 16, at + 16 + size
            while entry < end:
                kind, _, length, payload = struct.unpack_from('<HHIQ', m, entry)
                arch, = struct.unpack_from('<I', m, entry + 28)
                if length == 0 or length > 4096:
                    break
                if arch not in keep or kind == PTX:
                    m[entry + length:entry + length + payload] = bytes(payload)
                    zeroed += payload
                else:
                    kept += payload
                entry += length + payload
            at = m.find(MAGIC, max(at + 4, end))
    print(f'zeroed {zeroed >> 20} MiB, kept {kept >> 20} MiB')


if __name__ == '__main__':
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    prune(sys.argv[1], sys.argv[2], {int(a) for a in sys.argv[3].split(',')})
