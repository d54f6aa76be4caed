#!/usr/bin/env python3
"""Puts a FAQ into ConfigMaps, as a component for kustomization.yaml.

    deploy/kubernetes/faq_volume.py faq deploy/kubernetes/faq

A ConfigMap holds no folders and at most 1 MiB, so each folder of the FAQ gets one of its own. They are
mounted together, in place of the FAQ of the image.
"""

import json
import sys
from pathlib import Path

MOUNTED_AT = "/caseclerk/faq"

# The files of the workloads, and what each holds. Every process must have the same FAQ.
WORKLOADS = {
    "statefulset.yaml": ("StatefulSet", "caseclerk-gateway"),
    "web.yaml": ("Deployment", "caseclerk-web"),
}


def config_maps(faq: Path) -> dict[Path, dict]:
    """The ConfigMap of each folder that has files, by the folder's path in the FAQ."""
    maps: dict[Path, dict] = {}
    for file in sorted(faq.rglob("*")):
        name = file.relative_to(faq)
        if file.is_dir() or any(part.startswith(".") for part in name.parts):
            continue
        folder = name.parent
        if folder not in maps:
            maps[folder] = {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "-".join(("caseclerk-faq", *folder.parts))},
                "data": {},
            }
        maps[folder]["data"][file.name] = file.read_text(encoding="utf-8")
    return maps


def source(folder: Path, config_map: dict) -> dict:
    """Where the files of a ConfigMap go in the volume."""
    items = [{"key": name, "path": (folder / name).as_posix()} for name in config_map["data"]]
    return {"configMap": {"name": config_map["metadata"]["name"], "items": items}}


def patch(maps: dict[Path, dict], kind: str, name: str) -> dict:
    """What a workload gets. The index in the image belongs to the FAQ in the image."""
    sources = [source(folder, config_map) for folder, config_map in maps.items()]
    volumes = [
        {"name": "faq", "projected": {"sources": sources}},
        {"name": "index", "emptyDir": {"sizeLimit": "256Mi"}},
    ]
    mounts = [
        {"name": "faq", "mountPath": MOUNTED_AT, "readOnly": True},
        {"name": "index", "mountPath": "/caseclerk/index"},
    ]
    pod = {"containers": [{"name": "bot", "volumeMounts": mounts}], "volumes": volumes}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name},
        "spec": {"template": {"spec": pod}},
    }


def main() -> None:
    if len(sys.argv) != 3 or not Path(sys.argv[1]).is_dir():
        sys.exit(f"usage: {sys.argv[0]} FAQ OUT, where FAQ is the folder of a FAQ")
    faq, out = Path(sys.argv[1]), Path(sys.argv[2])
    maps = config_maps(faq)
    # A target that is not there is no error, so it does not matter whether web.yaml is used.
    patches = [
        {"path": file, "target": {"kind": kind, "name": name}}
        for file, (kind, name) in WORKLOADS.items()
    ]
    component = {
        "apiVersion": "kustomize.config.k8s.io/v1alpha1",
        "kind": "Component",
        "resources": ["configmaps.yaml"],
        "patches": patches,
    }
    files = {"kustomization.yaml": [component], "configmaps.yaml": list(maps.values())}
    for file, (kind, name) in WORKLOADS.items():
        files[file] = [patch(maps, kind, name)]
    out.mkdir(parents=True, exist_ok=True)
    # JSON is YAML, too.
    for name, documents in files.items():
        text = "".join(f"---\n{json.dumps(document, indent=2, ensure_ascii=False)}\n" for document in documents)
        (out / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
