package sqlfuncs

import (
	"strings"
	"time"

	"github.com/datamime/datamime/engine"
	"github.com/datamime/datamime/sqlfuncs/pgtypes"
	"github.com/datamime/datamime/sqlfuncs/sqltext"
)

// The fitted form of a model: parameters in place of a source's rows. Of the
// columns that are neither time nor series nor value it keeps what is constant
// within each series, how a column follows the time or the calendar, the range
// of identifiers, and of the rest the frequencies of values that many rows
// share.

const (
	resampledForm = "resampled"
	fittedForm    = "fitted"
)

// generalise leaves of what was read of a source what the fitted form holds.
func (h *history) generalise(in *invocation, loc *time.Location) {
	var lost []string
	for _, a := range h.others {
		if a.shifted || a.constant || a.shares != nil {
			continue
		}
		if a.isUnique() {
			if a.column.base != pgtypes.UUID {
				a.low, a.top = a.intRange()
			}
			a.identifier = true
		} else if a.ready, a.asked = a.calendarRule(loc), true; a.ready != nil && a.ready.form != nil {
			a.ready.cells = map[int64]int32{}
		} else {
			a.ready, a.shares = nil, frequenciesOf(a, loc)
			if len(a.dict.values) == 0 {
				lost = append(lost, sqltext.QuoteName(a.column.name))
			}
		}
		if a.codes, a.rows = nil, false; a.shares == nil {
			a.dict = dictionary{}
		}
	}
	if lost != nil {
		in.notice("fitted innovations leave "+listed(lost)+" NULL", "Few rows share a value there.",
			"Name numbers in value_column to have them modelled.")
	}
	h.times, h.index, h.donors = nil, nil, nil
}

// simulated gives the history rows that the model makes over its source's own
// span: what stands for the source's where rows are wanted.
func (h *history) simulated(m *engine.Model) {
	first, last := m.Span()
	sim := m.Simulate(engine.Window{Start: first, End: last + 1})
	defer sim.Close()
	h.values = make([][]float64, len(h.roles.values))
	var rows engine.Rows
	for sim.Next(&rows) {
		h.times, h.index = append(h.times, rows.Time...), append(h.index, rows.Series...)
		for v := range h.values {
			h.values[v] = append(h.values[v], rows.Value[v]...)
		}
	}
	h.rows = len(h.times)
}

// restored is the model that bytes hold, of the history's series.
func (h *history) restored(parameters []byte, r *request) (*engine.Model, error) {
	m, err := engine.Restore(parameters, h.sample().Series, r.times())
	if err != nil {
		return nil, errModelForm
	}
	return m, nil
}

// fittedOnly is the error for a model whose source's remainders are not there.
func (g *generateRelation) fittedOnly(in *invocation) error {
	if v, ok := in.given("innovations"); ok && strings.EqualFold(v.text, resampledForm) && g.stored.header.fitted() {
		return in.wrong("innovations", codeInvalid, "Leave it out, or fit the source again with innovations => 'resampled'.",
			"model %s has fitted innovations only", quoteText(g.stored.name))
	}
	return nil
}

func (h *modelHeader) fitted() bool { return h.Innovations == fittedForm }
