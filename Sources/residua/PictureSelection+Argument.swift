public import ArgumentParser
public import Reports

extension PictureSelection: ExpressibleByArgument {}
