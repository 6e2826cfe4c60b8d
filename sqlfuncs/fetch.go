package sqlfuncs

import (
	"math"

	pg "github.com/pganalyze/pg_query_go/v6"
)

// A Fetch is a FETCH or a MOVE in SQL of a portal whose rows we make: the
// server's own portal of that name stands over empty arrays.
type Fetch struct {
	Portal string
	Rows   int64 // at most this many, all where it is negative
	Move   bool  // they are left out, not sent
	// Forward: it goes on from where the portal is. A portal of the protocol
	// cannot go elsewhere.
	Forward bool
}

// MayFetch tells whether a text may hold a FETCH or a MOVE, by a search of its
// bytes alone.
func MayFetch(sql []byte) bool { return containsFold(sql, "fetch") || containsFold(sql, "move") }

// fetches reads a FETCH of a portal of ours.
func (st *Statement) fetches(n *pg.FetchStmt, opt LexOptions) {
	name := st.source.Name(n.GetPortalname())
	if n == nil || opt.Portal == nil || !opt.Portal(name) {
		return
	}
	st.Fetches = &Fetch{Portal: name, Rows: n.HowMany, Move: n.Ismove,
		Forward: n.Direction == pg.FetchDirection_FETCH_FORWARD && n.HowMany > 0}
	if n.HowMany == math.MaxInt64 {
		st.Fetches.Rows = -1
	}
}
