// Command bundlepages makes the documentation in a folder lead nowhere but into that folder. A page that is read where nothing of the project but the bundle is
// at hand names what the bundle lacks by its path in the sources, and does not link it.
package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: bundlepages FOLDER")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "bundlepages:", err)
		os.Exit(1)
	}
}

// run rewrites every page of the folder.
func run(folder string) error {
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		return rewrite(folder, path)
	})
	if err != nil {
		return fmt.Errorf("rewriting the pages of %s: %w", folder, err)
	}
	return nil
}

func rewrite(folder, page string) error {
	content, err := os.ReadFile(page)
	if err != nil {
		return fmt.Errorf("reading a page: %w", err)
	}
	fitting, err := fitted(folder, page, string(content))
	if err != nil {
		return err
	}
	if err := os.WriteFile(page, []byte(fitting), 0o600); err != nil {
		return fmt.Errorf("writing a page: %w", err)
	}
	return nil
}

var link = regexp.MustCompile(`\[([^\[\]]+)\]\(([^)\s]+)\)`)

// fitted is a page's content without links out of the folder.
func fitted(folder, page, content string) (string, error) {
	var failed error
	fitting := link.ReplaceAllStringFunc(content, func(found string) string {
		parts := link.FindStringSubmatch(found)
		target, isPath := pathOf(parts[2])
		if !isPath {
			return found
		}
		source, err := filepath.Rel(folder, filepath.Join(filepath.Dir(page), target))
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("following %s of %s: %w", parts[2], page, err))
			return found
		}
		if holds(folder, source) {
			return found
		}
		return named(parts[1], source)
	})
	return fitting, failed
}

// pathOf is where a link leads, if that is a file of the project.
func pathOf(target string) (string, bool) {
	path, _, _ := strings.Cut(target, "#")
	return path, path != "" && !strings.Contains(path, ":")
}

// holds reports whether the folder has what the project has at that path. The folder's own README.md is another page than the project's.
func holds(folder, source string) bool {
	if !filepath.IsLocal(source) || source == "README.md" {
		return false
	}
	_, err := os.Stat(filepath.Join(folder, source))
	return err == nil
}

func named(text, source string) string {
	if strings.Trim(text, "`") == source {
		return "`" + source + "`"
	}
	return fmt.Sprintf("%s (`%s` in the sources)", text, filepath.ToSlash(source))
}
