package sqlfuncs

import (
	"bytes"
	"strings"

	pg "github.com/pganalyze/pg_query_go/v6"

	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

const prefix = "datamime_"

// What a text that names us may hold. pg_query's parser and its printer
// recurse over the tree in C: chains of 20,000 operators still pass on a
// thread's 8 MB, 60,000 do not.
const (
	maxLength  = 1 << 20
	maxTokens  = 100_000
	maxWords   = 8_000 // names, keywords and operators: what a tree can grow deeper by
	maxNesting = 500
)

var skipDatamime = func() (skip [256]uint8) {
	const word = "datamime"
	for i := range skip {
		skip[i] = uint8(len(word))
	}
	for i := range len(word) - 1 {
		skip[word[i]] = uint8(len(word) - 1 - i)
		skip[word[i]-0x20] = uint8(len(word) - 1 - i)
	}
	return skip
}()

// containsDatamime is Horspool's search, without regard to case.
func containsDatamime(sql []byte) bool {
	for i := 7; i < len(sql); i += int(skipDatamime[sql[i]]) {
		if sql[i]|0x20 == 'e' && sql[i-1]|0x20 == 'm' && sql[i-2]|0x20 == 'i' && sql[i-3]|0x20 == 'm' &&
			sql[i-4]|0x20 == 'a' && sql[i-5]|0x20 == 't' && sql[i-6]|0x20 == 'a' && sql[i-7]|0x20 == 'd' {
			return true
		}
	}
	return false
}

// containsUnicodeName finds U&", which can spell any name.
func containsUnicodeName(sql []byte) bool {
	for {
		i := bytes.IndexByte(sql, '&')
		if i < 0 || i+1 >= len(sql) {
			return false
		}
		if sql[i+1] == '"' && i > 0 && sql[i-1]|0x20 == 'u' {
			return true
		}
		sql = sql[i+1:]
	}
}

// glance is what the lexer alone tells of a text.
type glance struct {
	ours           bool // a name that may be ours stands before a parenthesis
	escaped        bool // a plain literal holds a backslash
	tokens, words  int
	nesting, depth int
}

func glanceAt(sql string, backslashes bool) glance {
	var g glance
	l := sqltext.Lexer{Text: sql, Backslashes: backslashes}
	candidate := false
	for {
		t := l.Next()
		if t.Kind == sqltext.EOF {
			break
		}
		g.tokens++
		if candidate && t.Is(sql, "(") {
			g.ours = true
		}
		candidate = false
		switch t.Kind {
		case sqltext.Ident, sqltext.Quoted:
			g.words++
			candidate = strings.HasPrefix(sqltext.Fold(strings.TrimPrefix(t.Text(sql), `"`)), prefix)
		case sqltext.UQuoted:
			g.words++
			candidate = true
		case sqltext.Operator:
			g.words++
		case sqltext.Punct:
			switch sql[t.Start] {
			case '(', '[':
				g.depth++
				g.nesting = max(g.nesting, g.depth)
			case ')', ']':
				g.depth--
			}
		}
	}
	g.escaped = l.Escaped
	return g
}

// tooLarge judges a text that names us by what parsing it would need.
func (g glance) tooLarge(sql string) error {
	hint := "Keep the call in a statement of its own."
	switch {
	case len(sql) > maxLength:
		return &Error{Code: codeLimit, Message: "statement with a call of datamime is longer than 1 MB", Hint: hint}
	case g.tokens > maxTokens:
		return &Error{Code: codeLimit, Message: "statement with a call of datamime has more than 100000 tokens", Hint: hint}
	case g.words > maxWords, g.nesting > maxNesting:
		return &Error{Code: codeTooComplex, Message: "statement with a call of datamime is too complex", Hint: hint}
	}
	return nil
}

// parse is Parse for a text that Contains has let through.
func parse(sql string, opt LexOptions) (*Script, error) {
	g := glanceAt(sqltext.MaskWide(sql, opt.ClientEncoding), !opt.StandardConformingStrings)
	if !g.ours && opt.Prepared == nil && opt.Portal == nil || strings.IndexByte(sql, 0) >= 0 {
		return nil, nil
	}
	if err := g.tooLarge(sql); err != nil {
		if !g.ours {
			return nil, nil
		}
		return nil, err
	}
	text, ok := textOf(sql, opt.ClientEncoding, g.escaped)
	switch {
	case !ok && !g.ours:
		return nil, nil
	case !ok:
		return nil, &Error{Code: codeUnsupported,
			Message: "a statement with a call of datamime holds a backslash in an N'...' while standard_conforming_strings is off",
			Hint:    "Write the literal as E'...', or set standard_conforming_strings to on."}
	}
	tree, err := pg.Parse(text.UTF8)
	if err != nil {
		if strings.Contains(err.Error(), "recursion depth") {
			return nil, &Error{Code: codeTooComplex, Message: "statement with a call of datamime is too complex",
				Hint: "Keep the call in a statement of its own."}
		}
		return nil, nil // the server says what is wrong with it
	}
	return newScript(text, tree, opt)
}

// textOf is the text of a client whose plain literals hold backslash escapes or
// not; false where it cannot be read.
func textOf(sql, encoding string, escaped bool) (*sqltext.Source, bool) {
	if escaped {
		return sqltext.NewEscapedSource(sql, encoding)
	}
	return sqltext.NewSource(sql, encoding), true
}

// newScript cuts a parsed text into statements; nil when none is ours.
func newScript(text *sqltext.Source, tree *pg.ParseResult, opt LexOptions) (*Script, error) {
	script := &Script{}
	ours := false
	for i, raw := range tree.Stmts {
		start := int(raw.StmtLocation)
		end := start + int(raw.StmtLen)
		if raw.StmtLen == 0 || i == len(tree.Stmts)-1 && end > len(text.UTF8) {
			end = len(text.UTF8)
		}
		st := &Statement{
			source: text,
			start:  text.At(start), end: text.At(end),
			tree: raw.Stmt,
			Kind: kindOf(raw.Stmt), Transacts: verbOf(raw.Stmt.GetTransactionStmt()),
		}
		st.SQL = text.SQL[st.start:st.end]
		st.Offset = text.Characters(st.start)
		st.find()
		st.Ours = len(st.calls) > 0
		st.Stored = stored(raw.Stmt)
		st.fetches(raw.Stmt.GetFetchStmt(), opt)
		if err := st.prepared(opt); err != nil {
			return nil, err
		}
		if st.Prepares != nil {
			opt.Prepared = opt.with(st.Prepares.Name)
		}
		ours = ours || st.Ours || st.Deallocates != "" || st.Fetches != nil
		script.Statements = append(script.Statements, st)
	}
	if !ours {
		return nil, nil
	}
	return script, nil
}

// stored tells whether the server keeps a statement's rows; those of a SELECT it
// sends as they come, but where a CTE writes.
func stored(n *pg.Node) bool {
	query := n.GetSelectStmt()
	if query == nil {
		return true
	}
	for _, cte := range query.WithClause.GetCtes() {
		if cte.GetCommonTableExpr().GetCtequery().GetSelectStmt() == nil {
			return true
		}
	}
	return false
}

// kindOf sorts a statement by what it does to the transaction.
func kindOf(n *pg.Node) Kind {
	switch n := n.Node.(type) {
	case *pg.Node_TransactionStmt:
		return Transaction
	case *pg.Node_CopyStmt:
		if c := n.CopyStmt; c.IsFrom && c.Filename == "" && !c.IsProgram {
			return CopyFromStdin
		}
	case *pg.Node_VacuumStmt:
		if n.VacuumStmt.IsVacuumcmd {
			return NoBlock
		}
	case *pg.Node_IndexStmt:
		if n.IndexStmt.Concurrent {
			return NoBlock
		}
	case *pg.Node_DropStmt:
		if n.DropStmt.Concurrent {
			return NoBlock
		}
	case *pg.Node_ReindexStmt:
		if refusesBlock(n.ReindexStmt) {
			return NoBlock
		}
	case *pg.Node_DiscardStmt:
		if n.DiscardStmt.Target == pg.DiscardMode_DISCARD_ALL {
			return NoBlock
		}
	case *pg.Node_ClusterStmt:
		if n.ClusterStmt.Relation == nil {
			return NoBlock
		}
	case *pg.Node_CreatedbStmt, *pg.Node_DropdbStmt, *pg.Node_AlterSystemStmt,
		*pg.Node_CreateTableSpaceStmt, *pg.Node_DropTableSpaceStmt,
		*pg.Node_CreateSubscriptionStmt, *pg.Node_DropSubscriptionStmt:
		return NoBlock
	}
	return Ordinary
}

// verbOf is the verb of a transaction statement; "" for others.
func verbOf(n *pg.TransactionStmt) string {
	switch n.GetKind() {
	case pg.TransactionStmtKind_TRANS_STMT_BEGIN, pg.TransactionStmtKind_TRANS_STMT_START:
		return "BEGIN"
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT:
		if n.Chain {
			return "COMMIT AND CHAIN"
		}
		return "COMMIT"
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK:
		return "ROLLBACK"
	case pg.TransactionStmtKind_TRANS_STMT_SAVEPOINT:
		return "SAVEPOINT"
	case pg.TransactionStmtKind_TRANS_STMT_RELEASE:
		return "RELEASE SAVEPOINT"
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_TO:
		return "ROLLBACK TO SAVEPOINT"
	}
	return ""
}

func refusesBlock(r *pg.ReindexStmt) bool {
	switch r.Kind {
	case pg.ReindexObjectType_REINDEX_OBJECT_SCHEMA, pg.ReindexObjectType_REINDEX_OBJECT_SYSTEM,
		pg.ReindexObjectType_REINDEX_OBJECT_DATABASE:
		return true
	}
	for _, p := range r.Params {
		if p.GetDefElem().GetDefname() == "concurrently" {
			return true
		}
	}
	return false
}
