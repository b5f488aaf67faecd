"""Looks through compose.yaml after podman-compose has resolved it, and says what a service is started with.

    python compose.py check RESOLVED FOLDER       exit code 1 and a line for each thing that is not closed, pinned or there
    python compose.py image|user RESOLVED SERVICE
    python compose.py health RESOLVED SERVICE     its health check, a line each word
"""

import os
import re
import sys

import yaml

# Of the service's own images, in Containerfile.
OWN = {"hub", "edge"}
# What each office makes itself.
MADE = re.compile(r"\./(secrets/|edge\.toml$)")
VERSION = re.compile(r"^[a-z0-9./-]+:v?\d+\.\d+\.\d+$")


def files(compose, name):
    service = compose["services"][name]
    for mount in service.get("volumes", []):
        source, target = mount.split(":")[:2]
        if source.startswith("."):
            yield source, target
    for secret in service.get("secrets", []):
        yield compose["secrets"][secret]["file"], f"/run/secrets/{secret}"


def problems(compose, folder):
    for name, service in compose["services"].items():
        def wrong(what):
            return f"{name}: {what}"

        if not VERSION.match(service["image"]):
            yield wrong(f"image {service['image']} has no full version")
        if (name in OWN) != ("build" in service):
            yield wrong("built, or pulled?")
        if service.get("read_only") is not True:
            yield wrong("its file system can be written")
        if service.get("cap_drop") != ["ALL"] or service.get("cap_add") or service.get("privileged"):
            yield wrong("it has powers of root")
        if "no-new-privileges:true" not in service.get("security_opt", []):
            yield wrong("its programs may gain rights")
        if not service.get("healthcheck", {}).get("test", [""])[0].startswith("CMD"):
            yield wrong("no health check")
        if not service.get("mem_limit") or not service.get("pids_limit"):
            yield wrong("no bound on memory or processes")
        if not re.match(r"^\d+:\d+$", str(service.get("user", ""))):
            yield wrong("its user has no number")
        if name in OWN and service["user"] != "10001:10001":
            yield wrong("its user is not that of Containerfile")
        if service.get("network_mode") or not service.get("networks"):
            yield wrong("no network of its own")
        for port in service.get("ports", []):
            if port != "8883:8883" and not port.startswith("127.0.0.1:"):
                yield wrong(f"port {port} is open to others")
        for key, value in service.get("environment", {}).items():
            if re.search(r"PASSWORD|TOKEN|SECRET", key) and not key.endswith("__FILE"):
                yield wrong(f"{key} is a secret in the open: {len(value)} characters")
        for source, _ in files(compose, name):
            if not MADE.match(source) and not os.path.isfile(os.path.join(folder, source)):
                yield wrong(f"{source} is not there")
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                if not volume.endswith(":ro"):
                    yield wrong(f"{volume} can be written")
            elif source not in compose["volumes"]:
                yield wrong(f"volume {source} is nowhere")


def main():
    verb, resolved, *rest = sys.argv[1:]
    with open(resolved, encoding="utf-8") as file:
        compose = yaml.safe_load(file)
    if verb == "check":
        found = list(problems(compose, rest[0]))
        print("\n".join(found), end="\n" if found else "")
        sys.exit(bool(found))
    service = compose["services"][rest[0]]
    if verb == "health":
        test = service["healthcheck"]["test"]
        assert test[0] == "CMD", test
        print("\n".join(test[1:]))
    else:
        print({"image": service["image"], "user": service["user"]}[verb])


if __name__ == "__main__":
    main()
