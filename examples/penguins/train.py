"""Train a pipeline on the Palmer penguins: raw records in, the species out.

    python examples/penguins/train.py [--into FOLDER]

The data is that of the package ``palmerpenguins`` (344 penguins; two columns of text,
four of numbers, some values missing, three species). Writes ``model.pkl``, and the
records without their label as ``penguins.csv``, to score.
"""

from __future__ import annotations

import argparse
import pickle
from pathlib import Path

from palmerpenguins import load_penguins
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

TEXT = ["island", "sex"]
NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]


def main() -> None:
    parser = argparse.ArgumentParser(description="Train the penguins example.")
    parser.add_argument("--into", type=Path, default=Path(__file__).parent)
    into = parser.parse_args().into
    penguins = load_penguins()
    model = make_pipeline(
        make_column_transformer(
            (
                make_pipeline(
                    SimpleImputer(strategy="most_frequent"),
                    OneHotEncoder(drop="if_binary"),
                ),
                TEXT,
            ),
            (
                make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                NUMBERS,
            ),
        ),
        DecisionTreeClassifier(max_depth=4, random_state=0),
    )
    model.fit(penguins[TEXT + NUMBERS], penguins["species"])
    into.mkdir(parents=True, exist_ok=True)
    (into / "model.pkl").write_bytes(pickle.dumps(model, protocol=4))
    penguins[TEXT + NUMBERS].to_csv(into / "penguins.csv", index=False)


if __name__ == "__main__":
    main()
