package main

import "io"

const exampleDefinition = ``

func readDefinition(file string, stdin io.Reader) (string, error) { return "", nil }
