//! What fragments cost, and what they save. README.md has the figures.

use std::sync::Arc;
use std::time::SystemTime;

use cache_minijinja::{model, models, serialize_models, shared_model};
use cache_runtime::Cache;
use cache_runtime::model::Cacheable;
use divan::{Bencher, black_box};
use minijinja::{Environment, Value, context};
use serde::Serialize;

fn main() {
    divan::main();
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
    ("hit.html", "{% cache 'menu' %}{{ html }}{% endcache %}"),
    ("hit-of-model.html", "{% cache post %}{{ html }}{% endcache %}"),
    ("value.html", "{{ html }}"),
    ("each.html", "{% cache_each comment in comments %}{% include 'comment.html' %}{% endcache_each %}"),
    (
        "singles.html",
        "{% for comment in comments %}{% cache comment %}{% include 'comment.html' %}{% endcache %}{% endfor %}",
    ),
    (
        "page.html",
        "{% cache post %}{% for comment in post.comments %}{% cache comment %}{% include 'comment.html' %}{% endcache %}{% endfor %}{% endcache %}",
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

fn render(bencher: Bencher<'_, '_>, name: &str, context: Value) {
    let cache = Cache::memory();
    let env = env(&cache);
    let template = env.get_template(name).expect("it is there");
    template.render(&context).expect("it renders");
    bencher.bench_local(|| black_box(template.render(black_box(&context))).expect("it renders"));
}

#[divan::bench(sample_count = 300, sample_size = 100)]
fn get(bencher: Bencher<'_, '_>) {
    let cache = Cache::memory();
    cache.set("menu", &html()).expect("it is stored");
    bencher.bench_local(|| black_box(cache.get::<String>(black_box("menu"))));
}

#[divan::bench(sample_count = 300, sample_size = 100)]
fn hit(bencher: Bencher<'_, '_>) {
    render(bencher, "hit.html", context! { html => Value::from_safe_string(html()) });
}

#[divan::bench(sample_count = 300, sample_size = 100)]
fn hit_of_a_model(bencher: Bencher<'_, '_>) {
    let context = context! { html => Value::from_safe_string(html()), post => model(&post()) };
    render(bencher, "hit-of-model.html", context);
}

/// A template that shows a value, which a template with a tag has to do as well.
#[divan::bench(sample_count = 300, sample_size = 100)]
fn value(bencher: Bencher<'_, '_>) {
    render(bencher, "value.html", context! { html => Value::from_safe_string(html()) });
}

#[divan::bench(sample_count = 300)]
fn list_of_100_hits(bencher: Bencher<'_, '_>) {
    render(bencher, "each.html", context! { comments => models(&post().comments) });
}

#[divan::bench(sample_count = 300)]
fn hundred_single_hits(bencher: Bencher<'_, '_>) {
    render(bencher, "singles.html", context! { comments => models(&post().comments) });
}

/// What the store alone takes for the list.
#[divan::bench(sample_count = 300)]
fn read_multi_of_100(bencher: Bencher<'_, '_>) {
    let cache = Cache::memory();
    let keys: Vec<String> = (0..100).map(|id| format!("each.html@0123456789abcdef#1:0.0/comment/{id}")).collect();
    cache.write_multi(keys.iter().map(|key| (key, html()))).expect("they are stored");
    bencher.bench_local(|| black_box(cache.read_multi::<String>(black_box(&keys))));
}

#[divan::bench(sample_count = 300)]
fn page_warm(bencher: Bencher<'_, '_>) {
    let post = Arc::new(post());
    page(bencher, "page.html", || shared_model(&post));
}

/// With a clone of the post and its comments for each page.
#[divan::bench(sample_count = 300)]
fn page_warm_cloned(bencher: Bencher<'_, '_>) {
    let post = post();
    page(bencher, "page.html", || model(&post));
}

#[divan::bench(sample_count = 300)]
fn page_without_fragments(bencher: Bencher<'_, '_>) {
    let post = Arc::new(post());
    page(bencher, "plain.html", || shared_model(&post));
}

/// With the conversion of the models, which each request does.
fn page(bencher: Bencher<'_, '_>, name: &str, post: impl Fn() -> Value) {
    let cache = Cache::memory();
    let env = env(&cache);
    let template = env.get_template(name).expect("it is there");
    let render = || template.render(context! { post => post() }).expect("it renders");
    render();
    bencher.bench_local(|| black_box(render()));
}
