package sqlfuncs

import "google.golang.org/protobuf/reflect/protoreflect"

// below visits the nodes right below one of a parsed statement, in the order of
// their fields.
func below(node protoreflect.Message, visit func(protoreflect.Message)) {
	node.Range(func(fd protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case fd.Message() == nil:
		case fd.IsList():
			for i, list := 0, v.List(); i < list.Len(); i++ {
				visit(list.Get(i).Message())
			}
		case !fd.IsMap():
			visit(v.Message())
		}
		return true
	})
}
