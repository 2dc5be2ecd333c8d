// Parses texts with HashiCorp's library and prints what it finds, one line a text, in the form of tests/hcl/dump.cpp.
// The argument names a file of texts, each preceded by its length in decimal and a newline.
package main

import (
	"bufio"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

var source []byte

func number(value cty.Value) string {
	f, _ := value.AsBigFloat().Float64()
	return "(num " + strconv.FormatFloat(f, 'g', 15, 64) + ")"
}

func text(value string) string { return "(str " + hex.EncodeToString([]byte(value)) + ")" }

func literal(value cty.Value) string {
	switch {
	case value.IsNull():
		return "(null)"
	case !value.IsKnown():
		return "(invalid)"
	case value.Type() == cty.Bool:
		return fmt.Sprintf("(bool %v)", value.True())
	case value.Type() == cty.Number:
		return number(value)
	default:
		return text(value.AsString())
	}
}

func steps(result string, traversal hcl.Traversal) string {
	for _, step := range traversal {
		switch step := step.(type) {
		case hcl.TraverseRoot:
			result = "(var " + step.Name + ")"
		case hcl.TraverseAttr:
			result = "(attr " + result + " " + step.Name + ")"
		case hcl.TraverseIndex:
			result = "(index " + result + " " + literal(step.Key) + ")"
		}
	}
	return result
}

func isText(dumped string) bool { return strings.HasPrefix(dumped, "(str ") }

// Neighbouring literals are one; a template of one literal is that literal.
func template(parts []hclsyntax.Expression) string {
	var dumped []string
	for _, part := range parts {
		next := expression(part)
		last := len(dumped) - 1
		if last >= 0 && isText(dumped[last]) && isText(next) {
			dumped[last] = dumped[last][:len(dumped[last])-1] + next[5:]
		} else {
			dumped = append(dumped, next)
		}
	}
	if len(dumped) == 1 && isText(dumped[0]) {
		return dumped[0]
	}
	return "(template " + strings.Join(dumped, " ") + ")"
}

func list(head string, expressions []hclsyntax.Expression) string {
	for _, e := range expressions {
		head += " " + expression(e)
	}
	return "(" + head + ")"
}

func forExpression(e *hclsyntax.ForExpr) string {
	head := fmt.Sprintf("for [%s,%s] %s", e.KeyVar, e.ValVar, expression(e.CollExpr))
	if e.KeyExpr != nil {
		head += " => " + expression(e.KeyExpr)
	}
	head += " " + expression(e.ValExpr)
	if e.Group {
		head += " ..."
	}
	if e.CondExpr != nil {
		head += " if " + expression(e.CondExpr)
	}
	return "(" + head + ")"
}


var operators = map[*hclsyntax.Operation]string{
	hclsyntax.OpLogicalOr: "||", hclsyntax.OpLogicalAnd: "&&", hclsyntax.OpLogicalNot: "!", hclsyntax.OpEqual: "==",
	hclsyntax.OpNotEqual: "!=", hclsyntax.OpGreaterThan: ">", hclsyntax.OpGreaterThanOrEqual: ">=",
	hclsyntax.OpLessThan: "<", hclsyntax.OpLessThanOrEqual: "<=", hclsyntax.OpAdd: "+", hclsyntax.OpSubtract: "-",
	hclsyntax.OpMultiply: "*", hclsyntax.OpDivide: "/", hclsyntax.OpModulo: "%", hclsyntax.OpNegate: "-",
}

func key(e hclsyntax.Expression) string {
	wrapper := e.(*hclsyntax.ObjectConsKeyExpr)
	if !wrapper.ForceNonLiteral {
		if keyword := hcl.ExprAsKeyword(wrapper.Wrapped); keyword != "" {
			return text(keyword)
		}
	}
	return expression(wrapper.Wrapped)
}

func expression(e hclsyntax.Expression) string {
	switch e := e.(type) {
	case *hclsyntax.LiteralValueExpr:
		return literal(e.Val)
	case *hclsyntax.ScopeTraversalExpr:
		return steps("", e.Traversal)
	case *hclsyntax.RelativeTraversalExpr:
		return steps(expression(e.Source), e.Traversal)
	case *hclsyntax.ParenthesesExpr:
		return expression(e.Expression)
	case *hclsyntax.FunctionCallExpr:
		head := "call " + e.Name
		if e.ExpandFinal {
			head += "..."
		}
		return list(head, e.Args)
	case *hclsyntax.ConditionalExpr:
		return list("if", []hclsyntax.Expression{e.Condition, e.TrueResult, e.FalseResult})
	case *hclsyntax.BinaryOpExpr:
		return list(operators[e.Op], []hclsyntax.Expression{e.LHS, e.RHS})
	case *hclsyntax.UnaryOpExpr:
		return list(operators[e.Op], []hclsyntax.Expression{e.Val})
	case *hclsyntax.IndexExpr:
		return list("index", []hclsyntax.Expression{e.Collection, e.Key})
	case *hclsyntax.TupleConsExpr:
		return list("tuple", e.Exprs)
	case *hclsyntax.ObjectConsExpr:
		head := "(object"
		for _, item := range e.Items {
			head += " " + key(item.KeyExpr) + " " + expression(item.ValueExpr)
		}
		return head + ")"
	case *hclsyntax.ForExpr:
		return forExpression(e)
	case *hclsyntax.SplatExpr:
		return list("splat", []hclsyntax.Expression{e.Source, e.Each})
	case *hclsyntax.AnonSymbolExpr:
		return "(item)"
	case *hclsyntax.TemplateExpr:
		return template(e.Parts)
	case *hclsyntax.TemplateWrapExpr:
		return template([]hclsyntax.Expression{e.Wrapped})
	case *hclsyntax.TemplateJoinExpr:
		return list("join", []hclsyntax.Expression{e.Tuple.(hclsyntax.Expression)})
	default:
		return fmt.Sprintf("(unexpected %T)", e)
	}
}

func body(b *hclsyntax.Body) string {
	type item struct {
		offset int
		dumped string
	}
	var items []item
	for _, a := range b.Attributes {
		head := fmt.Sprintf("%s@%d-%d=%s", a.Name, a.SrcRange.Start.Byte, a.SrcRange.End.Byte, expression(a.Expr))
		items = append(items, item{a.SrcRange.Start.Byte, head})
	}
	for _, block := range b.Blocks {
		head := block.Type
		for _, label := range block.Labels {
			head += " " + hex.EncodeToString([]byte(label))
		}
		head += fmt.Sprintf("@%d-%d", block.TypeRange.Start.Byte, block.CloseBraceRange.End.Byte)
		items = append(items, item{block.TypeRange.Start.Byte, head + body(block.Body)})
	}
	sort.Slice(items, func(i, j int) bool { return items[i].offset < items[j].offset })
	result := "{"
	for _, i := range items {
		result += i.dumped + ";"
	}
	return result + "}"
}

func parse(text []byte) (result string) {
	defer func() {
		if problem := recover(); problem != nil {
			result = "panic"
		}
	}()
	source = text
	file, diagnostics := hclsyntax.ParseConfig(text, "x.tf", hcl.InitialPos)
	if diagnostics.HasErrors() {
		first := diagnostics[0]
		return strings.ReplaceAll(fmt.Sprintf("error %d: %s", first.Subject.Start.Line, first.Summary), "\n", " ")
	}
	return "ok " + body(file.Body.(*hclsyntax.Body))
}

func main() {
	file, err := os.Open(os.Args[1])
	if err != nil {
		panic(err)
	}
	reader := bufio.NewReader(file)
	writer := bufio.NewWriter(os.Stdout)
	defer writer.Flush()
	for {
		length, err := reader.ReadString('\n')
		if err != nil {
			return
		}
		size, _ := strconv.Atoi(strings.TrimSpace(length))
		text := make([]byte, size)
		if _, err := io.ReadFull(reader, text); err != nil {
			panic(err)
		}
		fmt.Fprintln(writer, parse(text))
	}
}
