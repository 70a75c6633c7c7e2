package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func file(t *testing.T, content string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTownshipsAreSpreadOverTheCountry(t *testing.T) {
	counties := file(t, "code,name,cityCode\n110101,东城区,1101\n141028,吉县,1410\n")
	townships := file(t, "code,name,areaCode\n110101001,东华门街道,110101\n110101002,景山街道,110101\n141028203,柏山寺乡,141028\n141028204,中垛乡,141028\n")
	got, err := readTownships(townships, counties, 2)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 || got[0].name != "东华门街道" || got[1].name != "柏山寺乡" || got[1].county != "吉县" {
		t.Errorf("chosen are %+v", got)
	}
	if names := namespacesOf(got); strings.Join(names, " ") != "c110101 c141028" {
		t.Errorf("their namespaces are %q", names)
	}
	if _, err := readTownships(townships, counties, 5); err == nil {
		t.Error("more townships than there are were found")
	}
}

func TestEachPodHasAnAddressOfItsOwn(t *testing.T) {
	var all addresses
	seen := map[string]bool{}
	for range 41352 {
		seen[all.next()] = true
	}
	if len(seen) != 41352 || !seen["127.1.0.1"] || !seen["127.1.161.136"] {
		t.Errorf("%d addresses for 41352 pods", len(seen))
	}
}

func TestFiguresOfASizeReplaceThoseBefore(t *testing.T) {
	all := runs{{Stations: 1000, PlainPerSecond: 1}, {Stations: 10000}}.with(figures{Stations: 1000, PlainPerSecond: 2}).with(figures{Stations: 100})
	if len(all) != 3 || all[0].Stations != 100 || all[1].PlainPerSecond != 2 {
		t.Errorf("the figures are %+v", all)
	}
}

func TestThePlotIsWellFormed(t *testing.T) {
	recorded := filepath.Join(t.TempDir(), "figures.json")
	if err := writeJSON(recorded, runs{{Stations: 1000, PlainPerSecond: 40}, {Stations: 10000, PlainPerSecond: 38}}); err != nil {
		t.Fatal(err)
	}
	svg := filepath.Join(t.TempDir(), "plot.svg")
	if err := plot(recorded, svg); err != nil {
		t.Fatal(err)
	}
	drawn, err := os.Open(svg)
	if err != nil {
		t.Fatal(err)
	}
	defer drawn.Close()
	for decoder := xml.NewDecoder(drawn); ; {
		if _, err := decoder.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}
