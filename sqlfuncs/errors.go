package sqlfuncs

import "fmt"

// Error is an error (or a notice) of ours, in PostgreSQL's form: a message in
// lower case without a full stop that names what was given; detail and hint
// in sentences. Position counts characters from 1 in the client's own text, 0
// when there is none.
type Error struct {
	Code     string // SQLSTATE
	Message  string
	Detail   string
	Hint     string
	Position int
}

// Error is the message with its SQLSTATE.
func (e *Error) Error() string { return fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.Code) }

// ServerError is an ErrorResponse of the server, kept as it came so that it
// can be passed on untouched.
type ServerError struct {
	Code    string // SQLSTATE
	Message string
	Raw     []byte // the body of the ErrorResponse message
}

// Error is the message with its SQLSTATE.
func (e *ServerError) Error() string { return fmt.Sprintf("%s (SQLSTATE %s)", e.Message, e.Code) }

// SQLSTATEs of ours; Appendix A of PostgreSQL's manual.
const (
	codeNotice         = "00000"
	codeProtocol       = "08P01"
	codeUnsupported    = "0A000"
	codeOutOfRange     = "22003"
	codeUntranslatable = "22P05"
	codeMalformedTime  = "22007"
	codeInvalid        = "22023"
	codeMalformed      = "22P02"
	codeNoSchema       = "3F000"
	codeNoPrivilege    = "42501"
	codeSyntax         = "42601"
	codeInvalidName    = "42602"
	codeNoColumn       = "42703"
	codeNoObject       = "42704"
	codeNoTable        = "42P01"
	codeNoParameter    = "42P02"
	codeDuplicate      = "42710"
	codeWrongType      = "42804"
	codeWrongObject    = "42809"
	codeNoFunction     = "42883"
	codeLimit          = "54000"
	codeTooComplex     = "54001"
	codeCancelled      = "57014"
	codeInternal       = "XX000"
)
