"""Text files that are made to cost memory or time, and what is no file at all."""

import gzip

HEAD = "code,value,unit,from,to,document,entered_by\n"
ROW = "gasoline,{},L,2022-09-11,2022-09-11,slip {},clerk\n"


def files():
    """Name and content of each."""
    yield "one line of 25 MiB.csv", HEAD.encode() + b"a" * (25 << 20)
    yield "one quote.csv", HEAD.encode() + b'"' + b"a,b\n" * (6 << 20)
    yield "NUL.csv", HEAD.encode() + b"\0" * (20 << 20)
    yield "commas.csv", HEAD.encode() + b"," * (25 << 20)
    yield "heads.csv", b"code," * (5 << 20) + b"\n"
    yield "2,000,000 short rows.csv", HEAD.encode() + b"a,b,c\n" * 2_000_000
    yield "100,000 equal rows.csv", (HEAD + ROW.format(1, "a") * 100_000).encode()
    yield "100,000 wrong rows.csv", (HEAD + ROW.format("x", "a") * 100_000).encode()
    # Decoded, with another separator, and with all cells and texts that a file may have.
    row = ("抗旱用电台账" * 2 + "，") * 11 + "\n"
    yield "23 MB in GB18030.csv", (row * 80_000).encode("gb18030")
    yield "19,000 villages by 120 items.csv", ("村," + ",".join(f"项目{n}（升）" for n in range(120)) + "\n" + ("东门村" + ",1" * 120 + "\n") * 19_000).encode()
    yield "a gigabyte packed.csv", gzip.compress(b"a" * (64 << 20))
    yield "noise.csv", bytes(range(256)) * 100_000
