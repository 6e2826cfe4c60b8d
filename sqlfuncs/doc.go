// Package sqlfuncs is datamime's SQL functions: it recognises calls of them in
// a client's statement, rewrites the statement so that the server answers for
// everything but the rows, and makes the rows.
//
// The proxy drives it: Parse finds the statements of ours in a client's text;
// Prepare turns one into the text that the server gets instead, with
// parameters of ours after the client's own; Bind computes their values, or a
// stream of rows where the statement needs no array.
package sqlfuncs
