package sqlfuncs

// null is the code of NULL in columns of codes.
const null = -1

// A dictionary holds the distinct values of a column, each as the server sent
// it, and gives them codes in the order in which they came.
type dictionary struct {
	codes  map[string]int32
	values []string
}

// code returns a value's code, null for nil.
func (d *dictionary) code(v []byte) int32 {
	if v == nil {
		return null
	}
	if c, ok := d.codes[string(v)]; ok {
		return c
	}
	if d.codes == nil {
		d.codes = map[string]int32{}
	}
	s, c := string(v), int32(len(d.values))
	d.codes[s] = c
	d.values = append(d.values, s)
	return c
}

// same tells whether v is the value with a code.
func (d *dictionary) same(code int32, v []byte) bool {
	if code == null {
		return v == nil
	}
	return v != nil && d.values[code] == string(v)
}
