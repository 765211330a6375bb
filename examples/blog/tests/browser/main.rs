//! The blog in a real browser: a comment is added through the form, a second visit renders nothing, the style sheet
//! is asked for once, and the page fits a phone and the dark.
//!
//! The blog is the program itself, on a free port; to count requests, it is in this process. With `BLOG_SCREENSHOTS`
//! set to a folder, pictures are left there.

mod browser;
mod counted;
mod program;

use std::env;
use std::fs;
use std::path::Path;

use fantoccini::{Client, Locator};

use crate::browser::{Look, with_browser};
use crate::counted::CountedBlog;
use crate::program::Program;

/// The widest that something may be at the right of the page, and what it is.
const OVERFLOW: &str = "
    const wide = [...document.querySelectorAll('body *')].filter(element =>
        element.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5 && !element.matches('.skip'));
    return [document.documentElement.scrollWidth - document.documentElement.clientWidth,
        wide.map(element => element.outerHTML.slice(0, 80)).join('; ')]";

#[test]
fn a_comment_is_added_through_the_form_and_the_page_says_what_was_rendered_again() {
    let blog = Program::start();
    with_browser(Look::Desktop, async |browser| {
        browser.goto(&blog.url("/posts/1")).await?;
        let comments = browser.find_all(Locator::Css("article.comment")).await?.len();
        assert!(comments > 100);

        browser.find(Locator::LinkText("Show the fragments")).await?.click().await?;
        assert_eq!(summary(&browser).await?, "0 rendered, 1 hit");
        browser.find(Locator::Id("author")).await?.send_keys("Ines").await?;
        browser.find(Locator::Id("body")).await?.send_keys("Which oak <do> you mean?").await?;
        browser.find(Locator::Css("main button")).await?.click().await?;

        let added = browser.wait().for_element(Locator::Css("article.comment:target .text")).await?;
        assert_eq!(added.text().await?, "Which oak <do> you mean?");
        assert_eq!(summary(&browser).await?, format!("2 rendered, {comments} hits"));
        let outlined = browser.find_all(Locator::Css(".fragment.rendered")).await?.len();
        assert_eq!((outlined, browser.find_all(Locator::Css(".fragment.hit")).await?.len()), (2, comments));

        // From here an edit of a reply, by links and forms alone, which keep the explanation.
        browser.find(Locator::Css("#reply-2 a")).await?.click().await?;
        let body = browser.wait().for_element(Locator::Id("body")).await?;
        body.clear().await?;
        body.send_keys("It was the left path.").await?;
        browser.find(Locator::Css("main button")).await?.click().await?;
        let edited = browser.wait().for_element(Locator::Css("article.reply:target .text")).await?;
        assert_eq!(edited.text().await?, "It was the left path.");
        // Its two siblings and all other comments are hits.
        assert_eq!(summary(&browser).await?, format!("3 rendered, {} hits", 2 + comments));
        picture(&browser, "desktop-explained").await
    });
}

/// How many bytes came over the network for this page, and how long it is.
const TRANSFER: &str = "
    const {transferSize, encodedBodySize} = performance.getEntriesByType('navigation')[0];
    return [transferSize, encodedBodySize]";

#[test]
fn a_second_visit_gets_a_304_and_renders_nothing() {
    let blog = Program::start();
    with_browser(Look::Desktop, async |browser| {
        let transfer = async || {
            browser.goto(&blog.url("/posts/1")).await?;
            let sizes = browser.execute(TRANSFER, vec![]).await?;
            let comments = browser.find_all(Locator::Css("article.comment")).await?.len();
            browser::Result::Ok((sizes[0].as_u64().unwrap(), sizes[1].as_u64().unwrap(), comments))
        };
        let (came, length, comments) = transfer().await?;
        assert!(came > length && length > 10_000 && comments > 100, "{came} {length} {comments}");
        browser.goto(&blog.url("/comments/1/reply")).await?;
        assert_eq!(blog.rendered_up_to("write.html"), ["post.html", "write.html"]);

        let (came, again, same) = transfer().await?;
        assert!(came < 1000 && again == length && same == comments, "{came} {again} {same}");
        browser.goto(&blog.url("/comments/1/reply")).await?;
        assert_eq!(blog.rendered_up_to("write.html"), ["write.html"]);
        Ok(())
    });
}

#[test]
fn nothing_is_wider_than_a_phone() {
    let blog = Program::start();
    with_browser(Look::Phone, async |browser| {
        for (name, path) in [
            ("phone-list", "/"),
            ("phone-post", "/posts/1"),
            ("phone-explained", "/posts/2?explain"),
            ("phone-form", "/comments/1/reply"),
            ("phone-missing", "/nothing"),
        ] {
            browser.goto(&blog.url(path)).await?;
            assert_eq!(browser.execute("return window.innerWidth", vec![]).await?, 390);
            let overflow = browser.execute(OVERFLOW, vec![]).await?;
            assert_eq!(overflow, serde_json::json!([0, ""]), "{path}");
            picture(&browser, name).await?;
        }
        Ok(())
    });
}

#[test]
fn the_dark_has_another_background() {
    let blog = Program::start();
    let mut backgrounds = Vec::new();
    for (look, name) in [(Look::Phone, "phone-light"), (Look::DarkPhone, "phone-dark")] {
        with_browser(look, async |browser| {
            browser.goto(&blog.url("/posts/2?explain")).await?;
            let body = browser.find(Locator::Css("body")).await?;
            backgrounds.push((body.css_value("background-color").await?, body.css_value("color").await?));
            picture(&browser, name).await
        });
    }
    if let [(light, dark_ink), (dark, light_ink)] = &backgrounds[..] {
        assert!(light != dark && dark_ink != light_ink, "{backgrounds:?}");
    }
}

#[test]
fn the_style_sheet_is_asked_for_once_and_each_page_at_each_visit() {
    let blog = CountedBlog::start();
    with_browser(Look::Desktop, async |browser| {
        browser.goto(&blog.url("/")).await?;
        let href = browser.find(Locator::Css("link[rel=stylesheet]")).await?.attr("href").await?;
        let style = href.expect("the page has a style sheet");
        for path in ["/posts/1", "/", "/posts/1", "/comments/1/reply"] {
            browser.goto(&blog.url(path)).await?;
            // A style sheet that is there, and not one that failed.
            let columns =
                browser.execute("return getComputedStyle(document.querySelector('body')).maxWidth", vec![]).await?;
            assert_eq!(columns, "704px", "{path}");
        }
        assert_eq!((blog.requests(&style), blog.requests("/"), blog.requests("/posts/1")), (1, 2, 2));
        Ok(())
    });
}

async fn summary(browser: &Client) -> browser::Result<String> {
    browser.wait().for_element(Locator::Css(".summary strong")).await?.text().await
}

async fn picture(browser: &Client, name: &str) -> browser::Result<()> {
    if let Some(folder) = env::var_os("BLOG_SCREENSHOTS") {
        fs::write(Path::new(&folder).join(format!("{name}.png")), browser.screenshot().await?).expect("it is a folder");
    }
    Ok(())
}
