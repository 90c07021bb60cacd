print("residua-bench")
