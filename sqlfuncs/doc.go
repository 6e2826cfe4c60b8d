// Package sqlfuncs is datamime's SQL functions: it recognises calls of them in
// a client's statement, rewrites the statement so that the server answers for
// everything but the rows, and makes the rows.
//
// The proxy drives it: Parse finds the statements of ours in a client's text;
// Prepare turns one into the text that the server gets instead, with
// parameters of ours after the client's own; Bind computes their values, or a
// stream of rows where the statement needs no array.
//
// To follow one statement, read in this order:
//
//	recognize  whether a text can be ours (sqltext), and its tree cut into statements
//	calls      the calls in a tree, where they stand and what they may not do
//	registry   the functions and how arguments match parameters; one file each:
//	           generate, fit, define, models, drop, describe, evaluate, help, version
//	invocation a call with its function; args: its arguments' values, literals
//	           here, other expressions on the server
//	prepare    columns, types of parameters, and the path that the rows take
//	foretell   what is described before the arguments that decide the columns have
//	           values (namedcolumns), or told by a list (columndefinitions)
//	rewrite    the client's text with subqueries in place of calls,
//	           with the columns that are needed; rowsfrom, explain
//	bind       the arguments' values, then one of three paths:
//	           stream  the rows go to the client as they are made
//	           insert  the rows go into a table by COPY (create: into a new one)
//	           arrays  the rows are parameters, and the server does the rest
//	           spill   so do rows in a temporary table, where there are too many
//
// and for the rows of datamime_generate:
//
//	datasource the table or the query that is read, and its columns
//	history    reading it by COPY (copyrows), series by series (order)
//	attribute  what the other columns hang on: series, calendar, or nothing
//	window     the arguments, and which steps they ask for
//	simulation new series (extend), coarser steps
//	generator  the rows, column by column (outcolumns, pgtypes)
//	target     a table to put them into
//
// and for stored models:
//
//	store      the table that they are rows of; stored reads one for a call
//	modelheader, modelencode, modeldecode   what a model keeps of its source (modelform)
//	fittedform, fittedencode, frequencies   the same of its fitted form
//	modelcache what was fitted of late
//
// Every text of ours that runs on the server names pg_catalog: the search_path
// is the user's. Every position in an error counts characters of the client's
// own text.
package sqlfuncs
