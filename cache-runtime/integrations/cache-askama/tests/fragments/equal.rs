//! A page is the same without the filter, without a cache, on a miss and on a hit.

use askama::Template;
use cache_askama::filters;
use cache_runtime::Cache;
use proptest::prelude::*;

use crate::site::{Card, card};

/// A piece of a page, which may be a fragment with other pieces in it.
#[derive(Clone, Debug, Template)]
#[template(
    ext = "html",
    source = r#"
{%- macro inside() %}{{ text }}{% if shows_card %}<b>{{ card.title }}</b>{% endif -%}
{% for piece in pieces %}<i>{{ loop.index }}</i>{{ piece|safe }}{% endfor %} {{ text|upper }}{% endmacro -%}
{% if !is_fragment %}{{ inside() }}
{%- else if is_of_card %}{% filter cached("piece", card, vary = all) %}{{ inside() }}{% endfilter %}
{%- else %}{% filter cached("piece", all) %}{{ inside() }}{% endfilter %}{% endif -%}
"#
)]
struct Piece {
    text: String,
    card: Card,
    shows_card: bool,
    is_fragment: bool,
    is_of_card: bool,
    pieces: Vec<Piece>,
    /// What the key has to name: all that is shown.
    all: String,
}

fn piece() -> impl Strategy<Value = Piece> {
    let one = ("[ a<&é\n]{0,4}", 0..3_u32, any::<[bool; 3]>());
    let named = |(text, id, flags): (String, u32, [bool; 3]), pieces: Vec<Piece>| {
        let [shows_card, is_fragment, is_of_card] = flags;
        let inner: Vec<&str> = pieces.iter().map(|piece| &*piece.all).collect();
        let all = format!("{text:?} {id} {flags:?} {inner:?}");
        Piece { text, card: card(id, 1), shows_card, is_fragment, is_of_card, pieces, all }
    };
    let leaf = one.clone().prop_map(move |one| named(one, Vec::new()));
    leaf.prop_recursive(4, 32, 4, move |inner| {
        (one.clone(), prop::collection::vec(inner, 0..4)).prop_map(move |(one, pieces)| named(one, pieces))
    })
}

fn without_fragments(piece: &Piece) -> Piece {
    let pieces = piece.pieces.iter().map(without_fragments).collect();
    Piece { is_fragment: false, pieces, ..piece.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn a_page_is_the_same_without_the_filter_without_a_cache_on_a_miss_and_on_a_hit(piece in piece()) {
        let render = |piece: &Piece, cache: &Cache| piece.render_with_values(&cache_askama::with(cache)).unwrap();
        let (none, memory) = (Cache::none(), Cache::memory());
        let plain = render(&without_fragments(&piece), &none);
        prop_assert_eq!(&plain, &render(&piece, &none), "without a cache");
        prop_assert_eq!(&plain, &render(&piece, &memory), "on a miss");
        prop_assert_eq!(&plain, &render(&piece, &memory), "on a hit");
    }
}
