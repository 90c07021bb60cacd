public import ArgumentParser
public import Pipeline

extension TrainingEffort: ExpressibleByArgument {}
