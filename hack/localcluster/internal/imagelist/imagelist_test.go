package imagelist

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"township.dev/liaison/hack/localcluster/internal/node/images"
)

func TestParse(t *testing.T) {
	dir := t.TempDir()
	binary := executable(t, dir, "shop")
	for text, want := range map[string]images.Image{
		"example.org/shop=shop":                       {Repository: "example.org/shop", Binary: binary},
		"example.org/shop:v1=" + binary:               {Repository: "example.org/shop", Binary: binary},
		"example.org:5000/shop:v1=shop":               {Repository: "example.org:5000/shop", Binary: binary},
		"shop=./shop,A=1,B=":                          {Repository: "shop", Binary: binary, Env: map[string]string{"A": "1", "B": ""}},
		"shop=shop,ADDRESS=$(POD_IP):80,Q=a=b":        {Repository: "shop", Binary: binary, Env: map[string]string{"ADDRESS": "$(POD_IP):80", "Q": "a=b"}},
		"example.org/shop@sha256:" + digest + "=shop": {Repository: "example.org/shop", Binary: binary},
	} {
		got, err := Parse(text, dir)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v\nwant %+v", text, got, want)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	executable(t, dir, "shop")
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"":                     "no binary is given",
		"shop":                 "no binary is given",
		"shop=":                "no binary is given",
		"=shop":                "the image's name is empty",
		"Shop=shop":            "no image name",
		"shop=missing":         "missing does not exist: build it first",
		"shop=notes.txt":       "notes.txt is not executable",
		"shop=.":               "is not a file",
		"shop=shop,A":          `"A" is no ENV=VALUE`,
		"shop=shop,LIST=a,b":   "only be given in a file, with --images",
		"shop=shop,A=1,A=2":    "A is given twice",
		"shop=shop,1A=1":       `"1A" cannot be the name of an environment variable`,
		"shop=shop,=1":         `"" cannot be the name of an environment variable`,
		"shop:bad tag=shop":    "no image name",
		"shop=shop,WITH-DASH=": `"WITH-DASH" cannot be the name`,
	} {
		_, err := Parse(text, dir)
		if err == nil {
			t.Errorf("%q was taken", text)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), Form) {
			t.Errorf("%q: got %q, want %q and the form", text, err, want)
		}
	}
}

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	binary := executable(t, dir, "shop")
	got, err := Load(file(t, dir, `
- repository: example.org/shop:v1
  binary: shop
  env: {LIST: "a,b"}
`))
	if err != nil {
		t.Fatal(err)
	}
	want := []images.Image{{Repository: "example.org/shop", Binary: binary, Env: map[string]string{"LIST": "a,b"}}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	executable(t, dir, "shop")
	for content, want := range map[string]string{
		"- {repository: shop, binary: shop}\n- {repository: shop}": "entry 2: no binary is given",
		"- {image: shop, binary: shop}":                            `unknown field "image"`,
		"shop: shop":                                               "reading the images in",
	} {
		if _, err := Load(file(t, dir, content)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", content, err, want)
		}
	}
}

func TestUpdateReplacesWhatIsGivenAndKeepsTheRest(t *testing.T) {
	list := filepath.Join(t.TempDir(), "images.json")
	update(t, list, true, images.Image{Repository: "shop", Binary: "/old"}, images.Image{Repository: "bank", Binary: "/bank"})
	update(t, list, true, images.Image{Repository: "shop", Binary: "/new"})

	got, err := read(list)
	if err != nil {
		t.Fatal(err)
	}
	want := []images.Image{{Repository: "bank", Binary: "/bank"}, {Repository: "shop", Binary: "/new"}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestUpdateLeavesAloneWhatIsAsGiven(t *testing.T) {
	list := filepath.Join(t.TempDir(), "images.json")
	shop := images.Image{Repository: "shop", Binary: "/shop", Env: map[string]string{"A": "1"}}
	update(t, list, true, shop)
	update(t, list, false, shop)
	update(t, list, false)
}

func TestUpdateMakesTheListTheNodeReads(t *testing.T) {
	binary := executable(t, t.TempDir(), "shop")
	list := filepath.Join(t.TempDir(), "images.json")
	update(t, list, true) // a cluster without images has an empty list, not none
	update(t, list, true, images.Image{Repository: "shop", Binary: binary})

	found, err := images.Open(list).Lookup("shop:v2")
	if err != nil {
		t.Fatal(err)
	}
	if found.Binary != binary {
		t.Errorf("the node finds %+v", found)
	}
}

const digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func update(t *testing.T, list string, wantChange bool, given ...images.Image) {
	t.Helper()
	changed, err := Update(list, given)
	if err != nil {
		t.Fatal(err)
	}
	if changed != wantChange {
		t.Errorf("updating with %+v: changed is %t", given, changed)
	}
}

func executable(t *testing.T, dir, name string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func file(t *testing.T, dir, content string) string {
	t.Helper()
	path := filepath.Join(dir, "images.yaml")
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}
