package open311

import (
	"net/http"
	"testing"
)

func TestServices(t *testing.T) {
	a := open(t, zhongduo(), nil)
	a.get("/open311/v2/services.xml").isRecorded("services.xml")
	a.get("/open311/v2/services.json").isRecorded("services.json")
	address := "/open311/v2/services/" + serviceCode("道路交通")
	a.get(address + ".xml").isRecorded("definition.xml")
	a.get(address + ".json").isRecorded("definition.json")
}

func TestAStationWithoutTopicsHasNoServices(t *testing.T) {
	station := zhongduo()
	station.Topics = nil
	var none []serviceBody
	open(t, station, nil).get("/open311/v2/services.json").into(&none)
	if none == nil || len(none) != 0 {
		t.Errorf("the services are %v, want an empty list", none)
	}
}

// Programs keep service codes, so these must never change.
func TestServiceCodesAreStable(t *testing.T) {
	for topic, code := range map[string]string{
		"道路交通": "k55phgmp", "环境卫生": "2jcdqv2o", "caf\u00e9": serviceCode("cafe\u0301"), " 道路交通 ": serviceCode("道路交通"),
	} {
		if got := serviceCode(topic); got != code {
			t.Errorf("%q has the code %s, want %s", topic, got, code)
		}
	}
}

func TestATopicThatWasTakenAwayIsNoService(t *testing.T) {
	a := open(t, zhongduo(), nil)
	code := serviceCode("环境卫生")
	a.station.Topics = []string{"道路交通"}
	a.get("/open311/v2/services/"+code+".json").isRefused(http.StatusNotFound, "service_code")
	a.post("/open311/v2/requests.json", "service_code", code, "address_string", "白额村").isRefused(http.StatusNotFound, "service_code")
	var told []requestBody
	a.get("/open311/v2/requests/" + codeOfPond.String() + ".json").into(&told)
	if len(told) != 1 || told[0].ServiceName != "环境卫生" || string(told[0].ServiceCode) != code {
		t.Errorf("its cases are told as %+v", told)
	}
}
