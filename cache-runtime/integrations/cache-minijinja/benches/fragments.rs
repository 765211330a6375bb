//! What fragments cost, and what they save. README.md has the figures. Run: `cargo bench -p cache-minijinja`
//!
//! The cases of a group are taken in turns, so that what slows the machine down meanwhile meets all of them. Each line is a
//! median, and how many times that of the group's first line it is. Groups whose names hold a word: `-- Redis`.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use std::env;
use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use cache_minijinja::{model, models, serialize_models, shared_model};
use cache_runtime::model::Cacheable;
use cache_runtime::{Cache, Fragment};
use cache_servers::Redis;
use minijinja::{Environment, Value, context};
use serde::Serialize;

const ROUNDS: usize = 501;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = format!("sqlite://{}?near=false", folder.path().join("cache.sqlite3").display());
    let file = || Cache::open(&file).expect("a file");
    one_hit("a hit of a kilobyte, near", &Cache::memory());
    one_hit("a hit of a kilobyte, in a file that is asked", &file());
    list_of_hits("a list of 100 hits, near", &Cache::memory());
    list_of_hits("a list of 100 hits, in a file that is asked", &file());
    match Redis::start() {
        Some(redis) => {
            let cache = Cache::open(&redis.url()).expect("an address");
            one_hit("a hit of a kilobyte, in Redis", &cache);
            list_of_hits("a list of 100 hits, in Redis", &cache);
        }
        None => println!("\nSKIPPED: there is no Redis"),
    }
    page("a page of 100 comments, near", &Cache::memory());
    page("a page of 100 comments, in a file that is asked", &file());
}

#[derive(Cacheable, Clone, Serialize)]
struct Post {
    id: u32,
    #[serde(skip)]
    updated_at: SystemTime,
    #[serde(serialize_with = "serialize_models")]
    comments: Vec<Comment>,
}

#[derive(Cacheable, Clone, Serialize)]
struct Comment {
    id: u32,
    author: String,
    body: String,
    labels: Vec<String>,
    #[serde(skip)]
    updated_at: SystemTime,
}

fn post() -> Post {
    let comment = |id| Comment {
        id,
        author: format!("author {id}"),
        body: "A comment of some length, with <markup> & quotes to escape. ".repeat(4),
        labels: (0..5).map(|label| format!("label {label}")).collect(),
        updated_at: SystemTime::UNIX_EPOCH,
    };
    Post { id: 1, updated_at: SystemTime::UNIX_EPOCH, comments: (0..100).map(comment).collect() }
}

const COMMENT: &str = "<article id='c{{ comment.id }}'><h3>{{ comment.author|title }}</h3>\
    {% for line in comment.body|split('. ') %}<p>{{ line|trim }}</p>{% endfor %}\
    <ul>{% for label in comment.labels|sort %}<li class='{{ loop.cycle('odd', 'even') }}'>{{ label|upper }}</li>{% endfor %}</ul>\
    {% if '9' in comment.author %}<b>{{ comment.body|length }}</b>{% endif %}</article>";

const FILES: [(&str, &str); 8] = [
    ("text.html", "{% cache 'menu' %}{{ html }}{% endcache %}"),
    ("model.html", "{% cache post %}{{ html }}{% endcache %}"),
    ("value.html", "{{ html }}"),
    ("each.html", "{% cache_each comment in comments %}{% include 'comment.html' %}{% endcache_each %}"),
    (
        "singles.html",
        "{% for comment in comments %}{% cache comment %}{% include 'comment.html' %}{% endcache %}{% endfor %}",
    ),
    (
        "page.html",
        "{% cache post %}{% cache_each comment in post.comments %}{% include 'comment.html' %}{% endcache_each %}{% endcache %}",
    ),
    ("plain.html", "{% for comment in post.comments %}{% include 'comment.html' %}{% endfor %}"),
    ("comment.html", COMMENT),
];

fn env(cache: &Cache) -> Environment<'static> {
    let mut env = Environment::new();
    cache_minijinja::install(&mut env, cache, |name: &str| {
        Ok(FILES.iter().find(|file| file.0 == name).map(|file| file.1))
    });
    env.set_auto_reload(false);
    env.set_debug(false);
    env
}

/// A kilobyte, as a fragment has.
fn html() -> String {
    "<li><a href='/'>Home</a></li>".repeat(35)
}

fn one_hit(title: &str, cache: &Cache) {
    let (env, post) = (env(cache), post());
    let context = context! { html => Value::from_safe_string(html()), post => model(&post) };
    let render =
        |name: &str| env.get_template(name).and_then(|template| template.render(&context)).expect("it renders");
    cache.set("got", &html()).expect("it is stored");
    let text = || cache.fragment("bench", "text").render(html);
    let of_model = || cache.fragment("bench", &post).render(html);
    compare(
        title,
        50,
        &mut [
            ("`Cache::get`", &mut || drop(black_box(cache.get::<String>("got")))),
            ("`Fragment::render`, by a text", &mut || drop(black_box(text()))),
            ("`Fragment::render`, by a model", &mut || drop(black_box(of_model()))),
            ("a template with a tag, by a text", &mut || drop(black_box(render("text.html")))),
            ("a template with a tag, by a model", &mut || drop(black_box(render("model.html")))),
            ("a template that shows a value", &mut || drop(black_box(render("value.html")))),
        ],
    );
}

fn list_of_hits(title: &str, cache: &Cache) {
    let (env, comments) = (env(cache), post().comments);
    let context = context! { comments => models(&comments) };
    let render =
        |name: &str| env.get_template(name).and_then(|template| template.render(&context)).expect("it renders");
    let keys: Vec<String> = (0..100).map(|id| format!("bench@0123456789abcdef#1:0.0/comment/{id}")).collect();
    cache.write_multi(keys.iter().map(|key| (key, html()))).expect("they are stored");
    let get = || keys.iter().for_each(|key| drop(black_box(cache.get::<String>(key))));
    let fragments: Vec<Fragment> = comments.iter().map(|comment| cache.fragment("all", comment)).collect();
    Fragment::begin_all(&fragments).finish((0..100).map(|at| (at, html())));
    compare(
        title,
        1,
        &mut [
            ("100 times `Cache::get`", &mut || get()),
            ("`Cache::read_multi`", &mut || drop(black_box(cache.read_multi::<String>(&keys)))),
            ("`Fragment::begin_all`", &mut || drop(black_box(Fragment::begin_all(&fragments)))),
            ("100 single tags", &mut || drop(black_box(render("singles.html")))),
            ("`cache_each`", &mut || drop(black_box(render("each.html")))),
        ],
    );
}

/// With the conversion of the models, which each request does.
fn page(title: &str, cache: &Cache) {
    let (env, shared, mut edited) = (env(cache), Arc::new(post()), post());
    let render = |name: &str, post: Value| {
        let context = context! { post };
        env.get_template(name).and_then(|template| template.render(context)).expect("it renders")
    };
    let mut edit = || {
        edited.updated_at += Duration::from_secs(1);
        edited.comments[7].updated_at += Duration::from_secs(1);
        shared_model(&Arc::new(edited.clone()))
    };
    compare(
        title,
        1,
        &mut [
            ("warm, by a shared model", &mut || drop(black_box(render("page.html", shared_model(&shared))))),
            ("warm, by a cloned model", &mut || drop(black_box(render("page.html", model(&*shared))))),
            ("after an edit of one comment", &mut || drop(black_box(render("page.html", edit())))),
            ("without tags", &mut || drop(black_box(render("plain.html", shared_model(&shared))))),
        ],
    );
}

type Case<'a> = (&'a str, &'a mut dyn FnMut());

/// Takes the cases in turns, each so many times in a round.
fn compare(title: &str, times: usize, cases: &mut [Case<'_>]) {
    if !env::args().skip(1).filter(|word| !word.starts_with('-')).all(|word| title.contains(&word)) {
        return;
    }
    let mut rounds = vec![Vec::with_capacity(ROUNDS); cases.len()];
    for _ in 0..ROUNDS {
        for ((_, case), rounds) in cases.iter_mut().zip(&mut rounds) {
            let begun = Instant::now();
            (0..times).for_each(|_| case());
            rounds.push(begun.elapsed() / times as u32);
        }
    }
    println!("\n{title}");
    let medians: Vec<f64> = rounds.into_iter().map(median).collect();
    for ((name, _), micros) in cases.iter().zip(&medians) {
        println!("  {micros:>8.2} µs  {:>6.2} ×  {name}", micros / medians[0]);
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}
