"""Train a decision tree on Fisher's irises, which scikit-learn brings along."""

import pickle
from pathlib import Path

from sklearn.datasets import load_iris
from sklearn.tree import DecisionTreeClassifier

iris = load_iris(as_frame=True)
species = iris.target_names[iris.target]
model = DecisionTreeClassifier(max_depth=3, random_state=0).fit(iris.data, species)
Path(__file__).with_name("model.pkl").write_bytes(pickle.dumps(model, protocol=4))
