package main

import (
	"encoding/csv"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// A statement is a call of a function, with the places of its arguments.
type statement struct {
	function  string
	text      string
	arguments []place
}

// A place is where an argument's value stands in a statement, in characters
// from 1.
type place struct {
	name       string
	start, end int
}

// add appends an argument by name.
func (s *statement) add(name, value string) {
	if len(s.arguments) > 0 {
		s.text += ", "
	}
	s.text += name + " => "
	start := utf8.RuneCountInString(s.text) + 1
	s.text += value
	s.arguments = append(s.arguments, place{name, start, start + utf8.RuneCountInString(value)})
}

// at names the argument at a position that an error has, "" when there is
// none.
func (s *statement) at(position int32) string {
	for _, a := range s.arguments {
		if int(position) >= a.start && int(position) < a.end {
			return a.name
		}
	}
	return ""
}

// quoteLiteral writes a text as a literal that reads the same whatever
// standard_conforming_strings is.
func quoteLiteral(s string, null bool) string {
	if null {
		return "NULL"
	}
	s = strings.ReplaceAll(s, "'", "''")
	if strings.Contains(s, `\`) {
		return "E'" + strings.ReplaceAll(s, `\`, `\\`) + "'"
	}
	return "'" + s + "'"
}

// splitNames reads a list of names with commas; a name with a comma stands in
// double quotes.
func splitNames(s string) ([]string, error) {
	if s == "" {
		return nil, nil
	}
	r := csv.NewReader(strings.NewReader(s))
	r.TrimLeadingSpace = true
	names, err := r.Read()
	if err != nil {
		return nil, locale.Errorf(`%q is no list of names: write station,polluant, and a name that has a comma as "a,b"`, s)
	}
	for i, n := range names {
		if names[i] = strings.TrimSpace(n); names[i] == "" {
			return nil, locale.Errorf("the list %q has an empty name", s)
		}
	}
	return names, nil
}

func isInteger(s, typ string) bool {
	bits := 64
	if typ == "integer" {
		bits = 32
	}
	_, err := strconv.ParseInt(s, 10, bits)
	return err == nil
}

func isNumber(s string) bool {
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsNaN(f)
}
