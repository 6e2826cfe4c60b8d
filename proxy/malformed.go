package proxy

import (
	"slices"

	"github.com/datamime/datamime/sqlfuncs"
)

// refuseBind answers a Bind that does not fit its statement, as the server
// would have.
func (s *session) refuseBind(cause error) error {
	ctx, done := s.begin()
	defer done()
	return s.fail(ctx, &sqlfuncs.Error{Code: "08P01", Message: cause.Error()})
}

// bindMalformed has the server refuse a Bind that ends too early or too late,
// from its formats on: it converts the values before the place, and says which
// one it came to. In place of the client's statement, which has parameters of
// ours too, stands an empty one with the types of the client's.
func (s *session) bindMalformed(portal, name string, formats []byte, st *statement) error {
	oids, err := s.serverTypes(name, st)
	if err != nil || s.failed {
		return err
	}
	m := append(closeOwn('S'), parseMessage(ownStatement, "", oids)...)
	m = append(m, message('B', []byte(portal), []byte{0}, []byte(ownStatement), []byte{0}, formats)...)
	if err := s.tell(append(m, message('H')...)); err != nil {
		return err
	}
	return s.await(3, onlyErrors(unmoved))
}

// textOID is the type text.
const textOID = 25

// serverTypes are the types of the client's parameters, as the server has
// found them; text where they hang on values that are still to come.
func (s *session) serverTypes(name string, st *statement) ([]uint32, error) {
	oids := slices.Clone(st.oids())
	if st.params() > 0 && st.Deferred == nil {
		if err := s.tell(append(message('D', []byte{'S'}, []byte(name), []byte{0}), message('H')...)); err != nil {
			return nil, err
		}
		err := s.await(1, func(typ byte, body []byte) ([]byte, error) {
			if typ == 't' {
				types, err := readOIDs(body)
				copy(oids, types)
				return nil, err
			}
			return onlyErrors(unmoved)(typ, body)
		})
		if err != nil {
			return nil, err
		}
	}
	for i, oid := range oids {
		if oid == 0 {
			oids[i] = textOID
		}
	}
	return oids, nil
}

// unmoved is a position that stays what it is.
func unmoved(server int) int { return server }
