package intake

import (
	"fmt"
	"net/http"
	"net/netip"
	"time"

	"township.dev/liaison/internal/casework"
	"township.dev/liaison/internal/intake/announce"
	"township.dev/liaison/internal/intake/desk"
	"township.dev/liaison/internal/intake/figures"
	"township.dev/liaison/internal/intake/guard"
	"township.dev/liaison/internal/intake/internalapi"
	"township.dev/liaison/internal/intake/open311"
	"township.dev/liaison/internal/intake/photo"
	"township.dev/liaison/internal/intake/public"
	"township.dev/liaison/internal/intake/signin"
	"township.dev/liaison/internal/intake/steward"
	"township.dev/liaison/internal/intake/web"
)

// site puts the public port together; every part registers its own routes in the router.
type site struct {
	*Service
	o          Options
	router     *web.Router
	catalogues map[web.Language]*web.Catalogue
	assets     *web.Assets
	// photos are prepared one at a time, wherever they come from.
	photos *photo.Preparer
}

// openSite returns the handler of the public port.
func (s *Service) openSite(o Options, metrics *internalapi.Metrics) (http.Handler, error) {
	catalogues, err := web.LoadCatalogues()
	if err != nil {
		return nil, fmt.Errorf("loading the words: %w", err)
	}
	assets, err := web.LoadAssets()
	if err != nil {
		return nil, fmt.Errorf("loading the style sheet: %w", err)
	}
	st := site{
		Service: s, o: o, catalogues: catalogues, assets: assets, photos: photo.NewPreparer(),
		router: web.NewRouter(web.RouterOptions{Log: o.Log, Observe: metrics.Observe, Open: s.state.open, Now: o.Now}),
	}
	if s.announcer, err = announce.New(announce.Options{
		Router: st.router, Catalogues: catalogues, Assets: assets, Sign: s.state.sign, Documents: s.state.documents.Current,
		Repository: o.Announcements, WebhookDir: o.Config.WebhookDir, Authorities: s.state.authorities, Metrics: metrics, Log: o.Log, Now: o.Now,
	}); err != nil {
		return nil, fmt.Errorf("announcements: %w", err)
	}
	s.steward = steward.New(steward.Options{Repository: o.Repository, Rules: s.state.rules, Log: o.Log, Now: o.Now})
	s.state.replaced = func() { s.announcer.Wake(); s.steward.Wake() }
	residents, err := st.residents()
	if err != nil {
		return nil, err
	}
	if err := st.programs(residents); err != nil {
		return nil, err
	}
	return st.router, st.staff()
}

// residents are who the site is for.
func (st site) residents() (*public.Public, error) {
	residents, err := public.New(public.Options{
		Router: st.router, Catalogues: st.catalogues, Assets: st.assets, Sign: st.state.sign,
		Documents: st.state.documents.Current, Cases: st.o.Repository, StationFeed: st.announcer.StationFeed, Now: st.o.Now,
		Door:    guard.NewDoor(guard.Settings{Limits: st.o.Config.Limits, Gate: guard.DefaultGate()}),
		Lookups: guard.NewThrottle[casework.Code, netip.Prefix](guard.DefaultThrottle()),
		Photos:  st.photos, Sender: st.state.sender,
	})
	if err != nil {
		return nil, fmt.Errorf("residents' site: %w", err)
	}
	return residents, nil
}

// programs speak for residents by the Open311 interface, through the same door.
func (st site) programs(residents *public.Public) error {
	reports := georeport{cases: st.o.Repository, documents: st.state.documents.Current, now: st.o.Now}
	if _, err := open311.New(open311.Options{
		Router: st.router, Catalogues: st.catalogues, Assets: st.assets, Sign: st.state.sign, Documents: st.state.documents.Current,
		Cases: reports, Submit: reports.Submit, Admit: residents.Admit, Keys: st.state.open311Keys, Now: st.o.Now,
	}); err != nil {
		return fmt.Errorf("Open311: %w", err)
	}
	return nil
}

// staff sign in to the desk.
func (st site) staff() error {
	door, err := signin.New(signin.Options{
		Router: st.router, Catalogues: st.catalogues, Assets: st.assets, Sign: st.state.sign, Staff: st.o.Repository,
		Sender: st.state.sender, Key: st.o.Key,
		Provider: signin.Provider{Config: st.state.provider, Secret: st.state.clientSecret, Authorities: st.state.authorities},
		Location: func() *time.Location { return st.state.documents.Current().Location }, Now: st.o.Now,
	})
	if err != nil {
		return fmt.Errorf("sign-in: %w", err)
	}
	if _, err := desk.New(desk.Options{
		Router: st.router, Catalogues: st.catalogues, Assets: st.assets, Sign: st.state.sign, Documents: st.state.documents.Current,
		Repository: st.o.Repository, Door: door, Announcements: st.announcer, Photos: st.photos, Now: st.o.Now,
	}); err != nil {
		return fmt.Errorf("staff desk: %w", err)
	}
	if _, err := figures.New(figures.Options{
		Router: st.router, Catalogues: st.catalogues, Assets: st.assets, Sign: st.state.sign, Documents: st.state.documents.Current,
		Repository: st.o.Repository, Only: door.Only, Log: st.o.Log, Now: st.o.Now,
	}); err != nil {
		return fmt.Errorf("statistics and export: %w", err)
	}
	return nil
}
