"""Train a decision tree that says whether a mushroom is poisonous.

    python train.py                 from OpenML, or without a network from the rules
    python train.py --csv FILE      from a CSV file of the UCI Mushroom data
    python train.py --rules         from the rules (so the files beside it were made)

It writes mushrooms.csv (the raw records, for ``treecompile build --data``) and model.pkl.

"The rules" are a stand-in for the data, not the data. The UCI Mushroom data set (8,124
records, doi 10.24432/C5959T) is described to within 8 records by three rules that Duch,
Adamczak and Grabczewski published. A mushroom is poisonous
  1. if its odor is neither almond nor anise nor none,
  2. or if its spore print is green,
  3. or if it has no odor, its stalk is scaly below the ring, and above the ring the
     stalk has another color than brown.
The table made here holds every combination of the four columns that the model is given,
once, labelled by these rules. The stalk color of rule 3 is not among the four, so there
the tree can only give a probability; and none of the rules speaks of the stalk root, so
the tree does not ask for it. A tree trained on the real records does.
"""

from __future__ import annotations

import argparse
import itertools
import pickle
from pathlib import Path

import pandas as pd
from sklearn.tree import DecisionTreeClassifier

COLUMNS = ["odor", "stalk_root", "stalk_surface_below_ring", "spore_print_color"]
LABEL = "class"  # e edible, p poisonous

# The letters of the data set's own description.
ODORS = "alcyfmnps"  # almond, anise, creosote, fishy, foul, musty, none, pungent, spicy
ROOTS = "bcer?"  # bulbous, club, equal, rooted, not known
SURFACES = "fyks"  # fibrous, scaly, silky, smooth
SPORE_PRINTS = "knbhrouwy"  # black, brown, buff, chocolate, green, orange, purple, ...
STALK_COLORS = "nbcgopewy"  # brown, buff, cinnamon, gray, orange, pink, red, ...


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--csv", metavar="FILE", help="the UCI Mushroom data")
    source.add_argument("--rules", action="store_true", help="made from the rules")
    parser.add_argument(
        "--into", type=Path, default=Path(__file__).parent, metavar="FOLDER"
    )
    options = parser.parse_args()
    if options.csv:
        records = read_csv(options.csv)
    elif options.rules:
        records = by_the_rules()
    else:
        records = from_openml()
    options.into.mkdir(parents=True, exist_ok=True)
    records.to_csv(options.into / "mushrooms.csv", index=False, lineterminator="\n")
    model = train(records)
    (options.into / "model.pkl").write_bytes(pickle.dumps(model, protocol=4))
    print(f"Wrote mushrooms.csv and model.pkl to {options.into}.")


def train(records: pd.DataFrame) -> DecisionTreeClassifier:
    dummies = pd.get_dummies(records[COLUMNS])
    model = DecisionTreeClassifier(min_impurity_decrease=0.001, random_state=0)
    return model.fit(dummies, (records[LABEL] == "p").to_numpy())


def read_csv(file: str) -> pd.DataFrame:
    records = cleaned(pd.read_csv(file, dtype=str))
    print(f"{len(records)} records of {file}.")
    return records


def from_openml() -> pd.DataFrame:
    from sklearn.datasets import fetch_openml

    try:
        frame = fetch_openml(data_id=24, as_frame=True, n_retries=1).frame
    except OSError as error:  # no network, or no answer
        print(f"OpenML cannot be reached ({error}).")
        return by_the_rules()
    records = cleaned(frame.astype(object))
    print(f"{len(records)} records of the UCI Mushroom data, from OpenML.")
    return records


def cleaned(frame: pd.DataFrame) -> pd.DataFrame:
    """The columns used here, named as in Python; what is not known is ``?``."""
    frame = frame.rename(columns=lambda name: name.replace("-", "_"))
    return frame[[LABEL, *COLUMNS]].fillna("?")


def by_the_rules() -> pd.DataFrame:
    rows = []
    letters = (ODORS, ROOTS, SURFACES, SPORE_PRINTS)
    for places in itertools.product(*(range(len(text)) for text in letters)):
        odor, root, surface, spores = (t[i] for t, i in zip(letters, places))
        # Each color with each value of every column, equally often.
        color = STALK_COLORS[sum(places) % len(STALK_COLORS)]
        poisonous = (
            odor not in "aln"
            or spores == "r"
            or (odor == "n" and surface == "y" and color != "n")
        )
        rows.append(("p" if poisonous else "e", odor, root, surface, spores))
    print(f"{len(rows)} records made from published rules: a stand-in for the data.")
    return pd.DataFrame(rows, columns=[LABEL, *COLUMNS])


if __name__ == "__main__":
    main()
