from scorer import predict

flower = {"petal length (cm)": 4.9, "petal width (cm)": 1.6}
print(predict(flower))
