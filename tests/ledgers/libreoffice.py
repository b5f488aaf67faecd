"""Lets LibreOffice write workbooks: one start for each kind of file, since a start takes a second."""

import collections
import subprocess


def convert(asked, profile):
    """`asked`: source, ending, filter, and the new file, which has the source's name with the ending."""
    starts = collections.defaultdict(list)
    for source, ending, how, path in asked:
        assert path.name == f"{source.stem}.{ending}", path
        starts[f"{ending}:{how}", path.parent].append(source)
    for (kind, out), sources in starts.items():
        subprocess.run(["soffice", f"-env:UserInstallation={profile.resolve().as_uri()}", "--headless", "--convert-to", kind, "--outdir", out,
                        *sources], check=True, timeout=120, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    missing = [path.name for _, _, _, path in asked if not path.exists()]
    if missing:
        raise SystemExit(f"LibreOffice wrote no {', '.join(missing)}")
