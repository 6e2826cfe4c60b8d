package proxy

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// asleep waits until the server is inside of pg_sleep for the connection.
func (c *wireConn) asleep() error {
	ctx, stop := context.WithTimeout(context.Background(), patience)
	defer stop()
	watch, err := pgx.Connect(ctx, postgres.URL())
	if err != nil {
		return err
	}
	defer watch.Close(ctx)
	for is := false; err == nil && !is; time.Sleep(5 * time.Millisecond) {
		err = watch.QueryRow(ctx, "SELECT count(*) > 0 FROM pg_stat_activity WHERE pid = $1 AND wait_event = 'PgSleep'",
			binary.BigEndian.Uint32(c.key)).Scan(&is)
	}
	return err
}

// add appends the message that a script's step names to what the connection
// sends next.
func (c *wireConn) add(st wireStep, conns map[string]*wireConn) error {
	arg := func(i int) string {
		if i < len(st.args) {
			return st.args[i]
		}
		return ""
	}
	put := func(typ byte, body ...[]byte) { c.out = append(c.out, message(typ, body...)...) }
	switch st.verb {
	case "Startup": // 3.0 name=value ...
		major, minor, _ := strings.Cut(arg(0), ".")
		x, err := strconv.Atoi(major)
		if err != nil {
			return err
		}
		y, err := strconv.Atoi(minor)
		if err != nil {
			return err
		}
		c.start(uint32(x<<16|y), st.args[1:])
	case "SSLRequest":
		c.out = append(c.out, 0, 0, 0, 8, 4, 210, 22, 47)
	case "GSSENCRequest":
		c.out = append(c.out, 0, 0, 0, 8, 4, 210, 22, 48)
	case "CancelRequest": // connection
		other := conns[arg(0)]
		if other == nil {
			return fmt.Errorf("no connection %q", arg(0))
		}
		c.out = binary.BigEndian.AppendUint32(c.out, uint32(8+len(other.key)))
		c.out = append(c.out, 4, 210, 22, 46)
		c.out = append(c.out, other.key...)
	case "raw":
		c.out = append(c.out, strings.Join(st.args, "")...)
	case "repeat": // n message
		n, err := strconv.Atoi(arg(0))
		for ; err == nil && n > 0; n-- {
			err = c.add(wireStep{verb: arg(1), args: st.args[2:]}, conns)
		}
		return err
	case "Message": // type body
		put(arg(0)[0], []byte(arg(1)))
	case "Query":
		put('Q', zstring(arg(0)))
	case "Parse": // name sql oid ...
		oids, err := numbers[uint32](st.args[2:])
		if err != nil {
			return err
		}
		put('P', zstring(arg(0)), zstring(arg(1)), counted(oids))
	case "Bind": // portal statement value ... / formats / result formats
		values, formats, err := wireValues(st.args[2:])
		if err != nil {
			return err
		}
		put('B', zstring(arg(0)), zstring(arg(1)), counted(formats[0]), values, counted(formats[1]))
	case "FunctionCall": // oid value ... / formats / result format
		oid, err := numbers[uint32](st.args[:1])
		if err != nil {
			return err
		}
		values, formats, err := wireValues(st.args[1:])
		if err != nil {
			return err
		}
		result := int16(0)
		if len(formats[1]) > 0 {
			result = formats[1][0]
		}
		put('F', encode(oid[0]), counted(formats[0]), values, encode(result))
	case "Describe": // S or P, name
		put('D', []byte(arg(0)), zstring(arg(1)))
	case "Close": // S or P, name
		put('C', []byte(arg(0)), zstring(arg(1)))
	case "Execute": // portal max
		most, err := strconv.Atoi("0" + arg(1))
		if err != nil {
			return err
		}
		put('E', zstring(arg(0)), encode(int32(most)))
	case "CopyData":
		put('d', []byte(arg(0)))
	case "CopyFail":
		put('f', zstring(arg(0)))
	case "Password":
		put('p', zstring(arg(0)))
	case "MD5": // user password, for the salt that came last
		put('p', zstring("md5"+md5Hex(md5Hex(arg(1)+arg(0))+string(c.last[headLen+4:]))))
	case "Sync", "Flush", "CopyDone", "Terminate":
		put(map[string]byte{"Sync": 'S', "Flush": 'H', "CopyDone": 'c', "Terminate": 'X'}[st.verb])
	default:
		return fmt.Errorf("unknown step %q", st.verb)
	}
	return nil
}

// start adds a startup packet to what is sent next.
func (c *wireConn) start(version uint32, parameters []string) {
	c.out = appendStartup(c.out, version, parameters)
	c.replicates = slices.ContainsFunc(parameters, func(p string) bool { return strings.HasPrefix(p, "replication=") })
}

func md5Hex(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

func zstring(s string) []byte { return append([]byte(s), 0) }

// appendStartup appends a startup packet with its name=value parameters; a
// later one replaces an earlier one of its name, and an empty user leaves it
// out.
func appendStartup(dst []byte, version uint32, parameters []string) []byte {
	var names []string
	values := make(map[string]string)
	for _, p := range parameters {
		name, value, _ := strings.Cut(p, "=")
		if _, ok := values[name]; !ok {
			names = append(names, name)
		}
		values[name] = value
	}
	body := binary.BigEndian.AppendUint32(nil, version)
	for _, name := range names {
		if values[name] != "-" {
			body = append(append(body, zstring(name)...), zstring(values[name])...)
		}
	}
	body = append(body, 0)
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(body)+4))
	return append(dst, body...)
}

// wireValues reads "value ... / format ... / format ...".
func wireValues(words []string) (values []byte, formats [2][]int16, err error) {
	var parts [3][]string
	i := 0
	for _, w := range words {
		if w == "/" && i < 2 {
			i++
			continue
		}
		parts[i] = append(parts[i], w)
	}
	var b bytes.Buffer
	b.Write(encode(int16(len(parts[0]))))
	for _, v := range parts[0] {
		if v == "NULL" {
			b.Write(encode(int32(-1)))
			continue
		}
		b.Write(encode(int32(len(v))))
		b.WriteString(v)
	}
	for i := range formats {
		if formats[i], err = numbers[int16](parts[i+1]); err != nil {
			return nil, formats, err
		}
	}
	return b.Bytes(), formats, nil
}

func numbers[T int16 | uint32](words []string) ([]T, error) {
	var all []T
	for _, w := range words {
		n, err := strconv.ParseInt(w, 10, 64)
		if err != nil {
			return nil, err
		}
		all = append(all, T(n))
	}
	return all, nil
}

func encode(v any) []byte {
	b, err := binary.Append(nil, binary.BigEndian, v)
	if err != nil {
		panic(err)
	}
	return b
}

func counted[T int16 | uint32](list []T) []byte {
	return append(encode(int16(len(list))), encode(list)...)
}
