package sqlfuncs

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/datamime/datamime/engine"
)

// A storedModel is a row of the store: a source's rows kept, fitted again when
// they are used.
type storedModel struct {
	name   string
	header *modelHeader
}

// openModel finds the model that a call names; its source may be gone.
func openModel(ctx context.Context, in *invocation, param, name string) (*generateRelation, error) {
	st, err := readStore(ctx, in.session)
	if err != nil {
		return nil, err
	}
	var header []byte
	if st.table {
		err = in.session.Query(ctx, "SELECT header FROM datamime.model WHERE model = $1", []Param{textParam(name)}, Text, func(row [][]byte) error {
			header = append([]byte{}, row[0]...)
			return nil
		})
	}
	if err == nil && header == nil {
		err = noModel(ctx, in, param, name)
	}
	if err != nil {
		return nil, err
	}
	m := &storedModel{name: name}
	if m.header, err = decodeHeader(header, charsetOf(in.session)); err != nil {
		return nil, err
	}
	src, err := m.header.source(ctx, in.session)
	if err != nil {
		return nil, relocateTo(err, 0)
	}
	if m.header.computes() {
		if err := src.readStoredComputed(ctx, in.session); err != nil {
			return nil, err
		}
	}
	g := &generateRelation{src: src, roles: m.header.roles(), stored: m}
	g.simulated()
	return g, nil
}

// agree refuses arguments beside model that differ from the model's own.
func (g *generateRelation) agree(in *invocation) error {
	h := g.stored.header
	differs := func(param, own string) error {
		hint := "Leave it out: the model knows."
		if own != "" {
			hint = "Leave it out, or give the model's own: " + own + "."
		}
		return in.wrong(param, codeInvalid, hint, "%s is not that of model %s", param, quoteText(g.stored.name))
	}
	if v, ok := in.given("source"); ok && v.text != h.Source {
		return differs("source", h.Source)
	}
	if v, ok := in.given("time_column"); ok && !g.same([]string{v.text}, []int{h.Time}) {
		return differs("time_column", h.Columns[h.Time].Name)
	}
	if v, ok := in.given("series_columns"); ok && !g.same(v.list, h.Series) {
		return differs("series_columns", g.named(h.Series))
	}
	if v, ok := in.given("value_column"); ok && !g.same(v.list, h.Values) {
		return differs("value_column", g.named(h.Values))
	}
	if err := g.fittedOnly(in); err != nil {
		return err
	}
	if v, ok := in.given("frequency"); ok && (h.Steps == nil || frequencyOf(v.span) != frequencyOf(h.Steps.interval())) {
		return differs("frequency", h.Steps.String())
	}
	if v, ok := in.given("time_zone"); ok && h.TimeZone != "" && !strings.EqualFold(v.text, h.TimeZone) {
		return differs("time_zone", h.TimeZone)
	}
	if v, ok := in.given("holidays"); ok && !strings.EqualFold(v.text, h.Holidays) && (h.Holidays == "" || holidayCode(v.text) != h.Holidays) {
		return differs("holidays", h.Holidays)
	}
	return nil
}

func (g *generateRelation) same(names []string, at []int) bool {
	if len(names) != len(at) {
		return false
	}
	for i, n := range names {
		if g.src.find(n) != at[i] {
			return false
		}
	}
	return true
}

func (g *generateRelation) named(at []int) string {
	return strings.Join(namesAt(g.src.columns, at), ", ")
}

// completed gives a call of a stored model the arguments that the model was
// fitted with.
func (g *generateRelation) completed(in *invocation) *invocation {
	if g.stored == nil {
		return in
	}
	h, own := g.stored.header, *in
	own.args = append([]*argument(nil), in.args...)
	own.values = append([]value(nil), in.values...)
	set := func(param string, v value, ok bool) {
		if i := own.fn.parameter(param); i >= 0 {
			own.args[i], own.values[i] = nil, value{}
			if v.known = true; ok {
				own.args[i], own.values[i] = &argument{expr: in.call.start}, v
			}
		}
	}
	set("time_zone", value{text: h.TimeZone}, h.TimeZone != "")
	set("holidays", value{text: h.Holidays}, h.Holidays != "")
	for param, bound := range map[string]*float64{"minimum": h.Minimum, "maximum": h.Maximum} {
		if _, given := in.given(param); bound != nil && !given {
			set(param, value{float: *bound}, true)
		}
	}
	if h.fitted() {
		set("innovations", value{text: fittedForm}, true)
	}
	set("frequency", value{}, false)
	if f := h.Frequency; f != nil {
		set("frequency", value{span: f.interval()}, true)
	}
	return &own
}

// fit gives what was kept of the source, with a model of it: from the cache,
// or decoded and fitted now.
func (m *storedModel) fit(ctx context.Context, in *invocation, g *generateRelation, r *request) (*history, *engine.Model, error) {
	var sum []byte
	err := in.session.Query(ctx, "SELECT pg_catalog.sha256(data) FROM datamime.model WHERE model = $1", []Param{textParam(m.name)}, Binary,
		func(row [][]byte) error { sum = append([]byte{}, row[0]...); return nil })
	if err != nil {
		return nil, nil, err
	}
	if sum == nil {
		return nil, nil, noModel(ctx, in, "model", m.name)
	}
	if f := fittedModels.get(m.key(sum, g, r)); f != nil {
		if err := m.await(ctx, in, f); err != nil {
			return nil, nil, err
		}
		if f.model != nil {
			return f.history.shared(), f.model, nil
		}
	}
	if m.header.fitted() {
		return m.restore(ctx, in, g, r)
	}
	h, sum, err := m.history(ctx, in.session, g)
	if err != nil {
		return nil, nil, err
	}
	quiet, set := *in, *in.settings
	set.notices = false // what there is to tell was told when it was stored
	quiet.settings = &set
	own := generateRelation{src: g.src, roles: g.roles, read: h}
	h, model, err := own.fit(ctx, &quiet, r, nil)
	if err != nil {
		return nil, nil, err
	}
	h.prepare(r.location)
	fittedModels.add(m.key(sum, g, r), newFitted(h, model))
	return h.shared(), model, nil
}

// await waits for what is left of the model's fit, which goes on behind the statement
// that stored it, and goes on where nobody waits any longer.
func (m *storedModel) await(ctx context.Context, in *invocation, f *fittedModel) error {
	return attending(ctx, in, "waiting for what is left of the fit of model "+quoteText(m.name)+",", f.wait)
}

// restore reads a model in its fitted form.
func (m *storedModel) restore(ctx context.Context, in *invocation, g *generateRelation, r *request) (*history, *engine.Model, error) {
	data, sum, err := m.read(ctx, in.session)
	if err != nil {
		return nil, nil, err
	}
	h, parameters, err := decodeFitted(g.src, g.roles, data, charsetOf(in.session))
	if err != nil {
		return nil, nil, err
	}
	model, err := h.restored(parameters, r)
	if err != nil {
		return nil, nil, err
	}
	fittedModels.add(m.key(sum, g, r), newFitted(h, model))
	return h.shared(), model, nil
}

// read reads a model's data, and the sum of its bytes.
func (m *storedModel) read(ctx context.Context, s Session) (data, sum []byte, err error) {
	err = s.Query(ctx, "SELECT data FROM datamime.model WHERE model = $1", []Param{textParam(m.name)}, Binary,
		func(row [][]byte) error { data = append([]byte{}, row[0]...); return nil })
	all := sha256.Sum256(data)
	return data, all[:], err
}

// history reads what was kept of the source, and the sum of its bytes; of a
// model in its fitted form it gives rows that the model makes.
func (m *storedModel) history(ctx context.Context, s Session, g *generateRelation) (h *history, sum []byte, err error) {
	data, sum, err := m.read(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	if !m.header.fitted() {
		h, err = decodeHistory(g.src, g.roles, data, charsetOf(s))
		return h, sum, err
	}
	h, parameters, err := decodeFitted(g.src, g.roles, data, charsetOf(s))
	if err != nil {
		return nil, nil, err
	}
	model, err := h.restored(parameters, m.header.reading(g.src))
	if err == nil {
		h.simulated(model)
	}
	return h, sum, err
}

// key stands for a fit: the bytes that were kept, how this database reads
// them, and what the fit was told.
func (m *storedModel) key(sum []byte, g *generateRelation, r *request) [sha256.Size]byte {
	h := sha256.New()
	h.Write(sum)
	header, _ := json.Marshal(m.header)
	h.Write(header)
	for i := range g.src.columns {
		c := &g.src.columns[i]
		fmt.Fprint(h, c.oid, c.mod, c.typeName, c.base, c.baseMod, string(c.kind), c.hasSend, c.sortable, ";")
	}
	fmt.Fprint(h, r.frequency, r.location, r.innovations)
	return [sha256.Size]byte(h.Sum(nil))
}
