package importer

import (
	"archive/zip"
	"bufio"
	"encoding/xml"
	"errors"
	"fmt"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/datamime/datamime/cmd/datamime/locale"
)

// An xlsx is a workbook of Office Open XML (ECMA-376), read as a stream.
// excelize, which writes ours, hands out a cell's text without its type, or holds
// a whole sheet in memory (1 GB for 200,000 rows of six, where this takes 39 MB);
// whether a cell is a number, a time or a text decides how it is read.
type xlsx struct {
	parts     map[string]*zip.File
	sheets    []string
	path      map[string]string // of a sheet's part
	since1904 bool
	formats   []numberFormat // by a cell's style
	strings   []string
}

var errDamagedWorkbook = &saidError{func() string {
	return locale.Say("the workbook is damaged: open it in a spreadsheet and save it again")
}}

// readXLSX spools a sheet of a workbook.
func readXLSX(archive *zip.Reader, w *tableWriter, wanted string) error {
	x := &xlsx{parts: map[string]*zip.File{}, path: map[string]string{}}
	for _, f := range archive.File {
		x.parts[f.Name] = f
	}
	if err := errors.Join(x.readSheets(), x.readStyles(), x.readStrings()); err != nil {
		return errDamagedWorkbook
	}
	return readWorkbook(x, w, wanted)
}

// part decodes a small part; one that is not there is empty.
func (x *xlsx) part(name string, into any) error {
	f := x.parts[name]
	if f == nil {
		return nil
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	return xml.NewDecoder(bufio.NewReader(in)).Decode(into)
}

func (x *xlsx) readSheets() error {
	var book struct {
		Properties struct {
			Since1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"http://schemas.openxmlformats.org/officeDocument/2006/relationships id,attr"`
			// The same, in workbooks that are strict.
			StrictID string `xml:"http://purl.oclc.org/ooxml/officeDocument/relationships id,attr"`
		} `xml:"sheets>sheet"`
	}
	var relations struct {
		List []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:"Target,attr"`
		} `xml:"Relationship"`
	}
	if err := errors.Join(x.part("xl/workbook.xml", &book), x.part("xl/_rels/workbook.xml.rels", &relations)); err != nil {
		return err
	}
	x.since1904 = book.Properties.Since1904 == "1" || book.Properties.Since1904 == "true"
	for _, s := range book.Sheets {
		for _, r := range relations.List {
			if r.ID != s.ID+s.StrictID {
				continue
			}
			target := strings.TrimPrefix(r.Target, "/")
			if target == r.Target {
				target = path.Join("xl", r.Target)
			}
			if x.parts[target] == nil || s.State != "" && s.State != "visible" || x.path[s.Name] != "" {
				continue
			}
			x.sheets = append(x.sheets, s.Name)
			x.path[s.Name] = target
		}
	}
	return nil
}

func (x *xlsx) readStyles() error {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := x.part("xl/styles.xml", &styles); err != nil {
		return err
	}
	own := map[int]string{}
	for _, f := range styles.Formats {
		own[f.ID] = f.Code
	}
	for _, c := range styles.Cells {
		code, ok := own[c.Format]
		if !ok {
			code = builtInFormat(c.Format)
		}
		x.formats = append(x.formats, formatOf(code))
	}
	return nil
}

// readStrings reads the texts that cells share.
func (x *xlsx) readStrings() error {
	f := x.parts["xl/sharedStrings.xml"]
	if f == nil {
		return nil
	}
	var text strings.Builder
	return eachToken(f, func(d *xml.Decoder, t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "si":
				text.Reset()
			case "t":
				return appendText(d, &text)
			case "rPh": // how a text is pronounced
				return d.Skip()
			}
		case xml.EndElement:
			if t.Name.Local == "si" {
				x.strings = append(x.strings, unescapeText(text.String()))
			}
		}
		return nil
	})
}

// appendText appends the characters of the element that is open, up to its end.
func appendText(d *xml.Decoder, text *strings.Builder) error {
	for {
		t, err := d.Token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if err := d.Skip(); err != nil {
				return err
			}
		}
	}
}

var escapedCharacter = regexp.MustCompile(`_x([0-9A-Fa-f]{4})_`)

// unescapeText reads what XML cannot hold: _x000D_ is a carriage return.
func unescapeText(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return escapedCharacter.ReplaceAllStringFunc(s, func(m string) string {
		n, _ := strconv.ParseUint(m[2:6], 16, 16)
		return string(rune(n))
	})
}

func (x *xlsx) names() []string { return x.sheets }

// A numberFormat is what a cell's format makes of its number.
type numberFormat struct {
	date, clock bool
	digits      int // at least so many, with zeros in front: 00000
}

// builtInFormat are the formats that a workbook does not spell out (ECMA-376,
// part 1, 18.8.30), as far as they are times.
func builtInFormat(id int) string {
	switch {
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 58:
		return "yyyy-mm-dd"
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47:
		return "hh:mm:ss"
	case id == 22:
		return "yyyy-mm-dd hh:mm"
	}
	return "General"
}

var (
	formatTexts = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.|\[[^\]hHmMsS][^\]]*\]`)
	onlyZeros   = regexp.MustCompile(`^00+$`)
)

// formatOf reads the first section of a format.
func formatOf(code string) numberFormat {
	code, _, _ = strings.Cut(formatTexts.ReplaceAllString(code, ""), ";")
	if onlyZeros.MatchString(code) {
		return numberFormat{digits: len(code)}
	}
	code = strings.ToLower(code)
	if strings.Contains(code, "general") || strings.ContainsAny(code, "0#?@") && !strings.ContainsAny(code, "yd:") {
		return numberFormat{}
	}
	f := numberFormat{date: strings.ContainsAny(code, "yd"), clock: strings.ContainsAny(code, "hs")}
	f.date = f.date || !f.clock && strings.Contains(code, "m")
	return f
}

func (f numberFormat) write(v float64, since1904 bool) cell {
	switch {
	case f.clock && !f.date && v >= 0 && v < 1:
		return cell{serialClock(v), true}
	case f.date || f.clock && v >= 1e4: // 1927 and later: [h]:mm counts hours below
		if text, ok := serialTime(v, since1904); ok {
			return cell{text, true}
		}
	case f.digits > 0:
		return cell{fmt.Sprintf("%0*.0f", f.digits, v), false}
	}
	return cell{sheetNumber(v), true}
}
