package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"

	"township.dev/liaison/api/v1alpha1"
	"township.dev/liaison/test/fixture"
)

// township is one of the 41,352 divisions of its level.
type township struct {
	code, name, county, countyCode string
}

// namespace is the county's: one county, one namespace.
func (t township) namespace() string { return "c" + t.countyCode }

func (t township) station() string { return "t" + t.code }

func (t township) declare() *v1alpha1.LiaisonStation {
	station := fixture.Station(t.station()).In(t.namespace()).Obj()
	station.Spec.DisplayName = t.name + "人大代表联络站"
	station.Spec.Township = v1alpha1.Township{Name: t.name, Code: t.code, County: t.county}
	return station
}

// readTownships takes n of them, spread evenly over the country.
func readTownships(townshipFile, countyFile string, n int) ([]township, error) {
	counties, err := readCSV(countyFile)
	if err != nil {
		return nil, err
	}
	countyNames := map[string]string{}
	for _, row := range counties {
		countyNames[row[0]] = row[1]
	}
	rows, err := readCSV(townshipFile)
	if err != nil {
		return nil, err
	}
	if n > len(rows) {
		return nil, fmt.Errorf("%d stations are asked for, but there are %d townships", n, len(rows))
	}
	chosen := make([]township, 0, n)
	for i := range n {
		row := rows[i*len(rows)/n]
		chosen = append(chosen, township{code: row[0], name: row[1], countyCode: row[2], county: countyNames[row[2]]})
	}
	return chosen, nil
}

// readCSV leaves the heading out.
func readCSV(file string) ([][]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the divisions: %w", err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(data))).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("reading the divisions in %s: %w", file, err)
	}
	if len(rows) < 2 || len(rows[0]) < 3 {
		return nil, fmt.Errorf("reading the divisions in %s: there are none", file)
	}
	return rows[1:], nil
}

func namespacesOf(townships []township) []string {
	var names []string
	seen := map[string]bool{}
	for _, t := range townships {
		if !seen[t.namespace()] {
			seen[t.namespace()] = true
			names = append(names, t.namespace())
		}
	}
	return names
}
