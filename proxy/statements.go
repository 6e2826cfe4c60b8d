package proxy

import (
	"fmt"

	"github.com/datamime/datamime/sqlfuncs"
)

// statement is a prepared statement of the client's that calls us, or one that
// prepares such a statement.
type statement struct {
	*sqlfuncs.Prepared // nil for a PREPARE
	text               *sqlfuncs.Statement
	execution          *sqlfuncs.Execution // of an EXECUTE, whose arguments are the parameters
	given              []sqlfuncs.Param    // what they were at its Parse
	refused            error               // of an EXECUTE that cannot be carried out, as its Execute is to say
	quiet              bool                // made by PREPARE: the server's ParseComplete is not the client's
}

// params is how many parameters the client gives.
func (st *statement) params() int {
	if st.Prepared == nil || st.execution != nil || st.refused != nil {
		return 0
	}
	return st.ClientParams
}

// oids are the types of the parameters that the client gives.
func (st *statement) oids() []uint32 {
	if st.params() == 0 {
		return nil
	}
	return st.ParamOIDs[:st.params()]
}

// maxStatements bounds what the prepared statements of ours on one connection
// may hold. 10,000 of 100 bytes hold a third of it.
const maxStatements = 192 << 20

// size is about what a statement holds: measured, 5 kB and, where the text is
// long, its fivefold.
func (st *statement) size() int { return 5<<10 + 5*len(st.text.SQL) }

// roomFor refuses a statement that the connection's others leave no room for.
func (s *session) roomFor(name string, st *statement) error {
	held := st.size()
	for other, o := range s.statements {
		if other != name {
			held += o.size()
		}
	}
	if held <= maxStatements {
		return nil
	}
	return &sqlfuncs.Error{Code: "54000", Message: "too many prepared statements that call datamime on one connection",
		Detail: fmt.Sprintf("There are %d.", len(s.statements)),
		Hint:   "Drop those that are not needed any more, by DEALLOCATE or by closing them."}
}

// keepStatement notes a statement of ours under the client's name for it.
func (s *session) keepStatement(name string, st *statement) {
	if s.statements == nil {
		s.statements, s.portals = make(map[string]*statement), make(map[string]*portal)
	}
	s.statements[name] = st
}
