// Parses all files of a revision whose names end in .tf with HashiCorp's own library, on one thread, and prints how many
// milliseconds the parsing alone took, by the clock and of processor time: the files are read before.
// usage: parse_files DIRECTORY REVISION
package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "parse_files:", err)
		os.Exit(1)
	}
}

func readFiles(directory, revision string) [][]byte {
	list, err := exec.Command("git", "-C", directory, "ls-tree", "-r", "-z", revision).Output()
	must(err)
	var ids []string
	for _, entry := range strings.Split(string(list), "\x00") {
		if strings.HasSuffix(entry, ".tf") && strings.HasPrefix(entry, "100") {
			ids = append(ids, strings.Fields(entry)[2])
		}
	}
	batch := exec.Command("git", "-C", directory, "cat-file", "--batch")
	batch.Stdin = strings.NewReader(strings.Join(ids, "\n") + "\n")
	pipe, err := batch.StdoutPipe()
	must(err)
	must(batch.Start())
	reader := bufio.NewReader(pipe)
	var files [][]byte
	for range ids {
		header, err := reader.ReadString('\n')
		must(err)
		size, err := strconv.Atoi(strings.Fields(header)[2])
		must(err)
		text := make([]byte, size+1)
		_, err = io.ReadFull(reader, text)
		must(err)
		files = append(files, text[:size])
	}
	return files
}

// What this process has used so far, garbage collection included.
func processorTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func main() {
	runtime.GOMAXPROCS(1)
	files := readFiles(os.Args[1], os.Args[2])
	begin, used := time.Now(), processorTime()
	faulty := 0
	for _, text := range files {
		if _, diagnostics := hclsyntax.ParseConfig(text, "x.tf", hcl.InitialPos); diagnostics.HasErrors() {
			faulty++
		}
	}
	wall, processor := time.Since(begin), processorTime()-used
	fmt.Printf("%.1f ms, %.1f ms of processor time for %d files, %d faulty\n",
		wall.Seconds()*1000, processor.Seconds()*1000, len(files), faulty)
}
