// Package engine is the numbers behind datamime: it fits a model of many time
// series on a sample of them, jointly, and simulates as much more as wanted.
// It does no I/O and knows no SQL.
package engine
