"""Writes the files that are made to cost memory or time into a folder: `python make.py FOLDER [WORD_OF_NAMES]`."""

import os
import sys

import documents
import texts
import workbooks


def main():
    folder = sys.argv[1]
    word = sys.argv[2] if len(sys.argv) > 2 else ""
    os.makedirs(folder)
    for kind in [workbooks, texts, documents]:
        for name, content in kind.files():
            if word in name:
                with open(os.path.join(folder, name), "wb") as file:
                    file.write(content)


if __name__ == "__main__":
    main()
