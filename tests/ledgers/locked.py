"""Files with a password, as a reader meets them: the marks of encryption around bytes that nobody can read.

What the marks are: [MS-OFFCRYPTO] 2.3 (an .xlsx within a compound file), [MS-XLS] 2.4.117 FilePass, and OpenDocument 1.2 part 3, 3.4
(`manifest:encryption-data`).
"""

import io
import random
import struct
import zipfile

SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD

INFO = """<?xml version="1.0" encoding="UTF-8"?>
<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption"><keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64"
cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="AAAAAAAAAAAAAAAAAAAAAA=="/></encryption>"""

MANIFEST = """<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.2">
<manifest:file-entry manifest:full-path="/" manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml" manifest:size="9000">
<manifest:encryption-data manifest:checksum-type="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0#sha256-1k" manifest:checksum="AAAA">
<manifest:algorithm manifest:algorithm-name="http://www.w3.org/2001/04/xmlenc#aes256-cbc" manifest:initialisation-vector="AAAA"/>
<manifest:key-derivation manifest:key-derivation-name="PBKDF2" manifest:key-size="32" manifest:iteration-count="100000" manifest:salt="AAAA"/>
</manifest:encryption-data></manifest:file-entry></manifest:manifest>"""


def noise(size):
    return random.Random(7).randbytes(size)


def compound(streams):
    """A compound file of these streams, each of at least 4096 bytes."""
    chains, content = [], b""
    for body in streams.values():
        body += bytes(-len(body) % SECTOR)
        chains.append((2 + len(content) // SECTOR, len(body) // SECTOR))
        content += body
    fat = [TABLE, END]
    for first, count in chains:
        fat += [*range(first + 1, first + count), END]
    assert len(fat) <= SECTOR // 4
    fat += [FREE] * (SECTOR // 4 - len(fat))
    entries = [named("Root Entry", 5, END, 0, child=1)]
    for number, ((first, _), (name, body)) in enumerate(zip(chains, streams.items())):
        last = number + 1 == len(streams)
        entries.append(named(name, 2, first, len(body), right=FREE if last else number + 2))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6xIIIIIIIIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, 4096, END, 0, END, 0, 0)
    head += struct.pack("<I", FREE) * 108
    return head + struct.pack(f"<{SECTOR // 4}I", *fat) + b"".join(entries).ljust(SECTOR, b"\0") + content


def named(name, kind, first, size, child=FREE, right=FREE):
    text = (name + "\0").encode("utf-16-le")
    return text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child) + bytes(36) + struct.pack("<IQ", first, size)


def new_book(path):
    info = struct.pack("<HHI", 4, 4, 0x40) + INFO.encode()
    path.write_bytes(compound({"EncryptionInfo": info.ljust(4096, b" "), "EncryptedPackage": struct.pack("<Q", 9000) + noise(9008)}))


def old_book(write):
    """The .xls of `write`, whose second record becomes FilePass with the bytes behind it unreadable."""
    def lock(path):
        write(path)
        content = bytearray(path.read_bytes())
        begin = content.index(b"\x09\x08\x10\x00\x00\x06\x05\x00") + 20
        _, size = struct.unpack_from("<HH", content, begin)
        at = begin
        # The first record that is long enough: FilePass of RC4 encryption has 54 bytes.
        while size < 54:
            at += 4 + size
            _, size = struct.unpack_from("<HH", content, at)
        struct.pack_into("<HHHHH", content, at, 0x2F, size, 1, 1, 1)
        path.write_bytes(content)
    return lock


def open_document(path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", noise(9000))
        archive.writestr("META-INF/manifest.xml", MANIFEST)
    path.write_bytes(out.getvalue())
