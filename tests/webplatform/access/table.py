"""Who gets which answer at which address: the whole table.

A new address needs one line: the method, the address with the world's objects in braces (world.py), one answer for
each who may ask, and what is sent, if anything. `@…` names something in FILES.

    in    sent to the sign-in page (302)
    302   done, and sent on to another page
    403   may see the object, but not do this to it
    404   must not know that it exists

Who asks: the study's owner, its analyst, its viewer; a stranger with an account; an admin (superuser) who has no part
in the study; somebody who is not signed in; a participant whose link was opened in this browser.
"""

PEOPLE = ("owner", "analyst", "viewer", "stranger", "admin", "nobody", "participant")

PAGES = """
-- accounts
GET    /account/                                                      200 200 200 200 200 in  in
POST   /account/                                                      302 302 302 302 302 in  in   {"first_name": "Ada", "last_name": "L"}
GET    /account/audit/                                                200 404 404 404 200 in  in
GET    /account/tokens/                                               200 200 200 200 200 in  in
POST   /account/tokens/                                               302 302 302 302 302 in  in   {"name": "notebook", "days": "30", "scopes": "read"}
POST   /account/tokens/{token}/revoke/                                302 404 404 404 404 in  in
GET    /account/login/                                                302 302 302 302 302 200 200
POST   /account/login/                                                302 302 302 302 302 200 200  {"login": "owner@example.org", "password": "wrong"}
GET    /account/logout/                                               200 200 200 200 200 in  in
POST   /account/logout/                                               in  in  in  in  in  in  in
GET    /account/inactive/                                             200 200 200 200 200 200 200
GET    /account/signup/                                               302 302 302 302 302 200 200
POST   /account/signup/                                               302 302 302 302 302 302 302  sign-up
GET    /account/reauthenticate/                                       200 200 200 200 200 in  in
POST   /account/reauthenticate/                                       302 302 302 302 302 in  in   {"password": "correct-horse-battery"}
GET    /account/email/                                                200 200 200 200 200 in  in
POST   /account/email/                                                302 302 302 302 302 in  in   {"email": "other@example.org", "action_add": ""}
GET    /account/confirm-email/                                        200 200 200 200 200 200 200
GET    /account/confirm-email/forged/                                 200 200 200 200 200 200 200
POST   /account/confirm-email/forged/                                 404 404 404 404 404 404 404
GET    /account/password/change/                                      200 200 200 200 200 in  in
POST   /account/password/change/                                      200 200 200 200 200 in  in   password
GET    /account/password/set/                                         302 302 302 302 302 in  in
GET    /account/password/reset/                                       200 200 200 200 200 200 200
POST   /account/password/reset/                                       302 302 302 302 302 302 302  {"email": "owner@example.org"}
GET    /account/password/reset/done/                                  200 200 200 200 200 200 200
GET    /account/password/reset/key/1-forged/                          200 200 200 200 200 200 200
GET    /account/password/reset/key/done/                              200 200 200 200 200 200 200
GET    /account/login/code/confirm/                                   302 302 302 302 302 in  in
GET    /account/logins/                                               200 200 200 200 200 in  in
POST   /account/logins/{login}/end/                                   302 404 404 404 404 in  in
POST   /account/logins/others/end/                                    302 302 302 302 302 in  in
GET    /account/people/                                               404 404 404 404 200 in  in
POST   /account/people/{user}/disable/                                404 404 404 404 302 in  in
POST   /account/people/{user}/enable/                                 404 404 404 404 302 in  in
POST   /account/people/{user}/second-factor/remove/                   404 404 404 404 302 in  in
GET    /account/two-factor/                                           200 200 200 200 200 in  in
GET    /account/two-factor/authenticate/                              302 302 302 302 302 in  in
POST   /account/two-factor/authenticate/                              302 302 302 302 302 in  in   {"code": "000000"}
GET    /account/two-factor/reauthenticate/                            200 302 302 302 302 in  in
POST   /account/two-factor/reauthenticate/                            200 302 302 302 302 in  in   {"code": "000000"}
GET    /account/two-factor/recovery-codes/                            404 404 404 404 404 in  in
GET    /account/two-factor/recovery-codes/download/                   404 404 404 404 404 in  in
GET    /account/two-factor/recovery-codes/generate/                   302 302 302 302 302 in  in
POST   /account/two-factor/recovery-codes/generate/                   302 302 302 302 302 in  in
GET    /account/two-factor/totp/activate/                             302 302 302 302 302 in  in
POST   /account/two-factor/totp/activate/                             302 302 302 302 302 in  in   {"code": "000000"}
GET    /account/two-factor/totp/deactivate/                           302 404 404 404 404 in  in
POST   /account/two-factor/totp/deactivate/                           302 404 404 404 404 in  in
POST   /i18n/setlang/                                                 302 302 302 302 302 302 302  {"language": "id"}
GET    /jsi18n/id-0.js                                                200 200 200 200 200 200 200
GET    /jsi18n/xx-0.js                                                404 404 404 404 404 404 404

-- pages
GET    /                                                              200 200 200 200 200 200 200
GET    /upload/                                                       200 200 200 200 200 in  in
POST   /upload/                                                       302 302 403 404 404 in  in   {"file": "@clip.mp4", "of": "study={study}"}
POST   /sessions/{session}/marks/                                     302 302 403 404 404 in  in   {"kind": "marker", "from": "0:00.1", "text": "joke"}
POST   /sessions/{session}/marks/import/                              302 302 403 404 404 in  in   {"file": "@marks.csv"}
GET    /sessions/{session}/marks/apply/                               200 200 403 404 404 in  in
POST   /sessions/{session}/marks/apply/                               302 302 403 404 404 in  in   {"session": "{again}", "sure": "1"}
POST   /sessions/{session}/marks/marker/{marker}/                     302 302 403 404 404 in  in   {"from": "0", "text": "louder"}
POST   /sessions/{session}/marks/segment/{segment}/                   302 302 403 404 404 in  in   {"from": "0", "to": "0.5", "text": "film"}
GET    /sessions/{session}/stretches/                                 200 200 200 404 404 in  in
POST   /sessions/{session}/faces/                                     302 302 403 404 404 in  in   {"kind": "name", "face": "1", "text": "Guest"}
POST   /sessions/{session}/faces/undo/                                302 302 403 404 404 in  in
POST   /sessions/{session}/assign/                                    302 302 403 404 404 in  in   {"condition": "{condition}"}
POST   /sessions/bulk/                                                302 302 302 302 302 in  in   {"do": "condition", "condition": "{condition}", "session": "{session}"}
POST   /views/                                                        302 302 302 302 302 in  in   {"name": "Mine", "query": "state=closed"}
POST   /views/{view}/forget/                                          302 302 302 302 302 in  in
GET    /live/                                                         200 200 200 200 200 in  in
GET    /exports/                                                      200 200 200 200 200 in  in
GET    /exports/new/?session={session}                                200 200 200 404 404 in  in
POST   /exports/new/                                                  302 302 302 404 404 in  in   {"format": "csv", "session": "{session}"}
GET    /exports/{export}/file/                                        200 404 404 404 404 in  in
POST   /exports/{export}/delete/                                      302 404 404 404 404 in  in
GET    /webhooks/                                                     200 200 200 200 200 in  in
POST   /webhooks/                                                     200 200 200 200 200 in  in   {"name": "tool", "url": "https://hooks.example.org/in", "events": "job.done"}
GET    /studies/{study}/webhooks/                                     200 403 403 404 404 in  in
POST   /studies/{study}/webhooks/                                     200 403 403 404 404 in  in   {"name": "tool", "url": "https://hooks.example.org/in", "events": "job.done"}
GET    /webhooks/{webhook}/                                           200 404 404 404 404 in  in
POST   /webhooks/{webhook}/                                           302 404 404 404 404 in  in   {"name": "tool", "url": "https://hooks.example.org/in", "events": "job.done"}
POST   /webhooks/{webhook}/turn/                                      302 404 404 404 404 in  in   {"on": "no"}
POST   /webhooks/{webhook}/secret/                                    200 404 404 404 404 in  in
POST   /webhooks/{webhook}/test/                                      302 404 404 404 404 in  in
POST   /webhooks/{webhook}/deliveries/{delivery}/replay/              302 404 404 404 404 in  in
POST   /webhooks/{webhook}/delete/                                    302 404 404 404 404 in  in
GET    /sessions/{session}/                                           200 200 200 404 404 in  in
POST   /sessions/{session}/                                           302 302 403 404 404 in  in   {"title": "Run"}
GET    /sessions/{session}/media/                                     200 200 200 404 404 in  in
GET    /sessions/{session}/media/playback/                            200 200 200 404 404 in  in
HEAD   /sessions/{session}/media/playback/                            200 200 200 404 404 in  in
HEAD   /sessions/{session}/media/                                     200 200 200 404 404 in  in
GET    /sessions/{session}/observations.csv                           200 200 200 404 404 in  in
GET    /sessions/{session}/session.json                               200 200 200 404 404 in  in
POST   /sessions/{session}/correct/                                   302 302 403 404 404 in  in   {"track": "1", "from_s": "0", "to_s": "0", "emotion": "sad"}
POST   /sessions/{session}/correct/{correction}/                      302 302 403 404 404 in  in
GET    /bin/                                                          200 200 200 200 200 in  in
GET    /bin/empty/                                                    200 200 200 200 200 in  in
POST   /bin/empty/                                                    302 302 302 302 302 in  in   {"session": "{binned}"}
POST   /bin/{binned}/restore/                                         302 404 404 404 404 in  in
GET    /bin/{binned}/end/                                             200 404 404 404 404 in  in
POST   /bin/{binned}/end/                                             302 404 404 404 404 in  in
GET    /sessions/{session}/delete/                                    200 403 403 404 404 in  in
POST   /sessions/{session}/delete/                                    302 403 403 404 404 in  in
POST   /sessions/{session}/repeat/                                    302 302 403 404 404 in  in   {"model": "{candidate}"}
GET    /sessions/{session}/difference/{again}/                        200 200 200 404 404 in  in
POST   /jobs/{waiting_job}/cancel/                                    302 302 403 404 404 in  in
POST   /jobs/{failed_job}/retry/                                      302 302 403 404 404 in  in
GET    /review/                                                       200 200 200 200 200 in  in
GET    /review/?scores=1                                              302 302 302 302 302 in  in
POST   /review/again/                                                 302 302 302 302 302 in  in
POST   /review/{reading}/                                             302 302 302 404 404 in  in   {"emotion": "sad"}

-- studies
GET    /studies/                                                      200 200 200 200 200 in  in
GET    /studies/new/                                                  200 200 200 200 200 in  in
POST   /studies/new/                                                  302 302 302 302 302 in  in   study
GET    /studies/approvals/                                            404 404 404 404 200 in  in
POST   /studies/approvals/{restricted}/decide/                        404 404 404 404 302 in  in   {"decision": "approve"}
GET    /studies/{study}/                                              200 200 200 404 404 in  in
GET    /studies/{study}/people/                                       200 200 200 404 404 in  in
GET    /studies/{study}/results/sessions.csv                          409 409 409 404 404 in  in
GET    /studies/{study}/results/report.pdf                            409 409 409 404 404 in  in
GET    /studies/{study}/results/curves.svg                            409 409 409 404 404 in  in
GET    /overlay/chart.svg?session={session}                           409 409 409 404 404 in  in
GET    /overlay/                                                      200 200 200 200 200 in  in
GET    /studies/{study}/change/                                       200 403 403 404 404 in  in
POST   /studies/{study}/change/                                       302 403 403 404 404 in  in   study
GET    /studies/{study}/design/                                       200 200 200 404 404 in  in
POST   /studies/{study}/conditions/                                   302 403 403 404 404 in  in   {"condition-name": "film B"}
POST   /studies/{study}/conditions/{condition}/                       302 403 403 404 404 in  in   {"do": "up"}
POST   /studies/{study}/variables/                                    302 403 403 404 404 in  in   {"variable-name": "group", "variable-kind": "text"}
POST   /studies/{study}/variables/{variable}/                         302 403 403 404 404 in  in   {"do": "up"}
GET    /studies/{study}/films/                                        200 200 200 404 404 in  in
POST   /studies/{study}/films/                                        302 403 403 404 404 in  in   {"file": "@film.mp4"}
POST   /studies/{study}/films/showing/                                302 403 403 404 404 in  in   {"stimulus_order": "random"}
POST   /studies/{study}/films/{stimulus}/                             302 403 403 404 404 in  in   {"do": "up"}
GET    /studies/{study}/films/{stimulus}/file/                        200 200 200 404 404 in  in
HEAD   /studies/{study}/films/{stimulus}/file/                        200 200 200 404 404 in  in
POST   /studies/{study}/closing/                                      302 403 403 404 404 in  in   {"decision": "close"}
POST   /studies/{study}/participants/                                 302 302 403 404 404 in  in   {"pseudonym": "Red"}
GET    /studies/{study}/participants/many/                            200 200 403 404 404 in  in
POST   /studies/{study}/participants/many/                            302 302 403 404 404 in  in   {"text": "P01 to P03"}
POST   /studies/{study}/participants/links/                           200 200 403 404 404 in  in   {"participant": "{participant}"}
GET    /studies/{study}/participants/{participant}/                   200 200 200 404 404 in  in
POST   /studies/{study}/participants/{participant}/                   302 302 403 404 404 in  in   {"pseudonym": "Red"}
POST   /studies/{study}/participants/{participant}/link/              200 200 403 404 404 in  in
POST   /studies/{study}/links/{spare_link}/revoke/                    302 302 403 404 404 in  in
POST   /studies/{study}/requests/{request}/                           302 403 403 404 404 in  in   {"decision": "done", "answer": "Until May."}

GET    /studies/{study}/members/                                      200 200 200 404 404 in  in
POST   /studies/{study}/members/                                      302 403 403 404 404 in  in   {"email": "ada@example.org", "role": "viewer"}
POST   /studies/{study}/members/{member}/role/                        302 403 403 404 404 in  in   {"role": "analyst"}
POST   /studies/{study}/members/{member}/remove/                      302 403 302 404 404 in  in
GET    /studies/invitations/                                          404 404 404 404 200 in  in
POST   /studies/invitations/                                          404 404 404 404 302 in  in   {"email": "ada@example.org"}
POST   /studies/invitations/{invitation}/send/                        302 404 404 404 404 in  in
POST   /studies/invitations/{invitation}/revoke/                      302 404 404 404 404 in  in

GET    /invitation/                                                   404 404 404 404 404 404 404
POST   /invitation/                                                   404 404 404 404 404 404 404
GET    /invitation/guessed/                                           302 302 302 302 302 302 302

-- consent
GET    /consent/                                                      200 200 200 200 200 in  in
POST   /consent/                                                      302 302 302 302 302 in  in   {"agree": "yes"}
GET    /consent/withdraw/                                             200 200 200 200 200 in  in
POST   /consent/withdraw/                                             302 302 302 302 302 in  in
GET    /consent/proofs/{consent}/                                     200 404 404 404 404 in  in

-- copies and erasure
GET    /account/data/                                                 200 200 200 200 200 in  in
POST   /account/data/copy/                                            302 302 302 302 302 in  in
GET    /account/data/copies/{copy}/                                   200 404 404 404 404 in  in
GET    /account/erase/                                                200 200 200 200 200 in  in
POST   /account/erase/                                                400 302 302 302 302 in  in   {"password": "correct-horse-battery"}
GET    /account/{user}/erase/                                         404 404 404 404 200 in  in
POST   /account/{user}/erase/                                         404 404 404 404 302 in  in
GET    /receipts/{receipt}/                                           200 200 200 200 200 200 200
GET    /retention/hold/                                               404 404 404 404 200 in  in
POST   /retention/hold/                                               404 404 404 404 302 in  in
GET    /studies/{study}/watch/                                        200 200 200 404 404 in  in
GET    /studies/{study}/sharing/                                      200 403 403 404 404 in  in
GET    /studies/{study}/shared.csv                                    200 403 403 404 404 in  in
GET    /studies/{study}/retention/                                    200 200 200 404 404 in  in
POST   /studies/{study}/retention/                                    302 403 403 404 404 in  in   {"media_days": "0", "observation_days": "30", "rest_days": "30"}
GET    /studies/{study}/participants/{participant}/erase/             200 403 403 404 404 in  in
POST   /studies/{study}/participants/{participant}/erase/             302 403 403 404 404 in  in
POST   /p/copy/                                                       404 404 404 404 404 404 302
GET    /p/copies/{own_copy}/                                          404 404 404 404 404 404 200
GET    /p/copies/{copy}/                                              404 404 404 404 404 404 404

-- participant
GET    /p/                                                            404 404 404 404 404 404 200
POST   /p/consent/                                                    404 404 404 404 404 404 302  {"scope": "analyse"}
GET    /p/withdraw/                                                    404 404 404 404 404 404 200
POST   /p/withdraw/                                                   404 404 404 404 404 404 302
POST   /p/requests/                                                   404 404 404 404 404 404 302  {"kind": "copy"}
GET    /p/proofs/{own_consent}/                                       404 404 404 404 404 404 200
GET    /p/proofs/{consent}/                                           404 404 404 404 404 404 404
GET    /p/live/                                                       404 404 404 404 404 404 200
POST   /p/live/check/                                                 404 404 404 404 404 404 400  picture
GET    /p/thanks/                                                     404 404 404 404 404 404 200
GET    /p/films/{stimulus}/                                           404 404 404 404 404 404 200
HEAD   /p/films/{stimulus}/                                           404 404 404 404 404 404 200
POST   /p/leave/                                                      404 404 404 404 404 404 200
GET    /p/{key}/                                                      302 302 302 302 302 302 302
GET    /p/guessed/                                                    404 404 404 404 404 404 404

-- documents
GET    /privacy/retention/                                            200 200 200 200 200 200 200
GET    /privacy/record/                                               404 404 404 404 200 in  in
GET    /studies/{study}/record/                                       200 403 403 404 404 in  in
GET    /studies/{study}/assessment/                                   200 403 403 404 404 in  in
POST   /studies/{study}/assessment/                                   302 403 403 404 404 in  in   {"assessment": "needless", "note": "Small."}

-- learning
GET    /learning/                                                     404 404 404 404 200 in  in
GET    /learning/datasets/new/                                        404 404 404 404 200 in  in
POST   /learning/datasets/new/                                        404 404 404 404 302 in  in   {"name": "Faces", "file": "@faces.zip"}
POST   /learning/datasets/from-corrections/                           404 404 404 404 302 in  in   {"name": "Own"}
GET    /learning/datasets/{dataset}/                                  404 404 404 404 200 in  in
POST   /learning/datasets/{dataset}/run/                              404 404 404 404 302 in  in   {"recipe": "small", "start": "scratch", "seed": "1"}
POST   /learning/datasets/{spare_dataset}/delete/                     404 404 404 404 302 in  in
POST   /learning/datasets/{checked_dataset}/make/                    404 404 404 404 302 in  in
POST   /learning/datasets/{importing}/cancel/                         404 404 404 404 302 in  in
GET    /learning/runs/{run}/                                          404 404 404 404 200 in  in
POST   /learning/runs/{run}/cancel/                                   404 404 404 404 302 in  in
GET    /learning/comparisons/{comparison}/                            404 404 404 404 200 in  in
GET    /learning/comparisons/{comparison}/faces/0.png                 404 404 404 404 404 in  in
POST   /learning/comparisons/{comparison}/cancel/                     404 404 404 404 302 in  in
GET    /learning/models/new/                                          404 404 404 404 200 in  in
POST   /learning/models/new/                                          404 404 404 404 400 in  in   {"file": "@bundle.zip"}
GET    /learning/models/{model}/                                      404 404 404 404 200 in  in
GET    /learning/models/{model}/about/                                200 200 200 200 200 in  in
POST   /learning/models/{candidate}/promote/                          404 404 404 404 302 in  in   {"reason": "better"}
POST   /learning/models/{candidate}/proposals/{proposal}/             404 404 404 404 302 in  in   {"decision": "decline"}
GET    /learning/models/{model}/card.md                               404 404 404 404 200 in  in
POST   /learning/models/{candidate}/compare/                          404 404 404 404 302 in  in   {"dataset": "{dataset}"}
GET    /learning/models/{model}/bundle.zip                            404 404 404 404 200 in  in
GET    /learning/models/{model}/confusion.svg                         404 404 404 404 200 in  in

-- machines
GET    /demo/{key}/                                                   404 404 404 404 404 404 404
GET    /livez                                                         200 200 200 200 200 200 200
GET    /readyz                                                        200 200 200 200 200 200 200
GET    /healthz                                                       503 503 503 503 503 503 503
GET    /metrics                                                       404 404 404 404 404 404 404
GET    /platform/                                                     404 404 404 404 200 in  in
GET    /api/schema/                                                   200 200 200 200 200 200 200
GET    /api/docs/                                                     200 200 200 200 200 200 200

-- admin
GET    /admin/                                                        in  in  in  in  200 in  in
GET    /admin/login/                                                  403 403 403 403 302 in  in
POST   /admin/logout/                                                 302 302 302 302 200 302 302
GET    /admin/password_change/                                        in  in  in  in  200 in  in
GET    /admin/password_change/done/                                   in  in  in  in  200 in  in
GET    /admin/autocomplete/?app_label=studies&model_name=membership&field_name=user in  in  in  in  200 in  in
GET    /admin/jsi18n/                                                 in  in  in  in  200 in  in
GET    /admin/r/1/1/                                                  in  in  in  in  404 in  in
GET    /admin/accounts/                                               in  in  in  in  200 in  in
GET    /admin/nowhere/                                                in  in  in  in  404 in  in
GET    /admin/accounts/user/{user}/password/                          in  in  in  in  200 in  in
"""

API = """
GET    /api/v1/tokens/                                                200 200 200 200 200 401 401
DELETE /api/v1/tokens/{token}/                                        204 404 404 404 404 401 401
GET    /api/v1/consent/                                               200 200 200 200 200 401 401
POST   /api/v1/consent/                                               200 200 200 200 200 401 401  {"digest": "{digest}", "scopes": ["analyse"]}
POST   /api/v1/consent/withdraw/                                      200 200 200 200 200 401 401
GET    /api/v1/consents/                                              200 200 200 200 200 401 401
GET    /api/v1/consents/{consent}/proof/                              200 404 404 404 404 401 401
GET    /api/v1/consents/{own_consent}/proof/                          404 404 404 404 404 401 401
GET    /api/v1/analyses/                                              200 200 200 200 200 401 401
POST   /api/v1/analyses/                                              202 202 403 404 404 401 401  {"file": "@clip.mp4", "study": "{study}"}
GET    /api/v1/analyses/{waiting_job}/                                200 200 200 404 404 401 401
POST   /api/v1/analyses/{waiting_job}/cancel/                         200 200 403 404 404 401 401
POST   /api/v1/analyses/{failed_job}/retry/                           202 202 403 404 404 401 401
GET    /api/v1/uploads/                                               200 200 200 200 200 401 401
POST   /api/v1/uploads/                                               412 412 412 412 412 401 401
GET    /api/v1/uploads/{upload}/                                      200 404 404 404 404 401 401
POST   /api/v1/uploads/{upload}/                                      412 412 412 412 412 401 401
PATCH  /api/v1/uploads/{upload}/                                      412 412 412 412 412 401 401
DELETE /api/v1/uploads/{upload}/                                      412 412 412 412 412 401 401
GET    /api/v1/sessions/                                              200 200 200 200 200 401 401
GET    /api/v1/bin/                                                   200 200 200 200 200 401 401
GET    /api/v1/bin/{binned}/                                          200 200 200 404 404 401 401
DELETE /api/v1/bin/{binned}/                                          204 403 403 404 404 401 401
POST   /api/v1/bin/{binned}/restore/                                  200 403 403 404 404 401 401
GET    /api/v1/sessions/{session}/                                    200 200 200 404 404 401 401
PATCH  /api/v1/sessions/{session}/                                    200 200 403 404 404 401 401  {"title": "Run"}
DELETE /api/v1/sessions/{session}/                                    204 403 403 404 404 401 401
GET    /api/v1/sessions/{session}/markers/                            200 200 200 404 404 401 401
POST   /api/v1/sessions/{session}/markers/                            201 201 403 404 404 401 401  {"t_ms": 0, "text": "noise"}
DELETE /api/v1/sessions/{session}/markers/{marker}/                   204 204 403 404 404 401 401
PATCH  /api/v1/sessions/{session}/markers/{marker}/                   200 200 403 404 404 401 401  {"text": "louder"}
GET    /api/v1/sessions/{session}/segments/                           200 200 200 404 404 401 401
POST   /api/v1/sessions/{session}/segments/                           201 201 403 404 404 401 401  {"from_ms": 0, "to_ms": 500, "label": "film"}
PUT    /api/v1/sessions/{session}/segments/{segment}/                 200 200 403 404 404 401 401  {"from_ms": 0, "to_ms": 500, "label": "film"}
DELETE /api/v1/sessions/{session}/segments/{segment}/                 204 204 403 404 404 401 401
POST   /api/v1/sessions/{session}/marks/import/                       200 200 403 404 404 401 401  {"file": "@marks.csv"}
POST   /api/v1/sessions/{session}/marks/apply/                        200 200 403 404 404 401 401  {"sessions": ["{again}"]}
GET    /api/v1/sessions/{session}/stretches/                          200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/faces/                              200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/faces/edits/                        200 200 200 404 404 401 401
POST   /api/v1/sessions/{session}/faces/edits/                        201 201 403 404 404 401 401  {"kind": "name", "face": "1", "text": "Guest"}
POST   /api/v1/sessions/{session}/faces/undo/                         200 200 403 404 404 401 401
GET    /api/v1/sessions/{session}/corrections/                        200 200 200 404 404 401 401
POST   /api/v1/sessions/{session}/corrections/                        201 201 403 404 404 401 401  {"track": 1, "from_ms": 0, "to_ms": 0, "emotion": "sad"}
DELETE /api/v1/sessions/{session}/corrections/{correction}/           204 204 403 404 404 401 401
GET    /api/v1/sessions/{session}/timeline/                           200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/observations/                       200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/repetitions/                        200 200 200 404 404 401 401
POST   /api/v1/sessions/{session}/repetitions/                        409 409 403 404 404 401 401  {"model": "{candidate}"}
GET    /api/v1/sessions/{session}/difference/{again}/                 200 200 200 404 404 401 401
GET    /api/v1/review/                                                200 200 200 200 200 401 401
POST   /api/v1/live/tickets/                                          201 201 201 201 201 401 401
POST   /api/v1/live/check/                                            400 400 400 400 400 401 401  picture
GET    /api/v1/studies/                                               200 200 200 200 200 401 401
POST   /api/v1/studies/                                               201 201 201 201 201 401 401  study
GET    /api/v1/studies/{study}/                                       200 200 200 404 404 401 401
PUT    /api/v1/studies/{study}/                                       200 403 403 404 404 401 401  study
GET    /api/v1/export-jobs/                                           200 200 200 200 200 401 401
POST   /api/v1/export-jobs/                                           202 202 202 404 404 401 401  {"format": "csv", "sessions": ["{session}"]}
GET    /api/v1/export-jobs/{export}/                                  200 404 404 404 404 401 401
GET    /api/v1/export-jobs/{export}/file/                             200 404 404 404 404 401 401
DELETE /api/v1/export-jobs/{export}/                                  204 404 404 404 404 401 401
GET    /api/v1/studies/{study}/conditions/                            200 200 200 404 404 401 401
POST   /api/v1/studies/{study}/conditions/                            201 403 403 404 404 401 401  {"name": "film B"}
PATCH  /api/v1/conditions/{condition}/                                200 403 403 404 404 401 401  {"name": "film B"}
DELETE /api/v1/conditions/{condition}/                                204 403 403 404 404 401 401
GET    /api/v1/studies/{study}/variables/                             200 200 200 404 404 401 401
POST   /api/v1/studies/{study}/variables/                             201 403 403 404 404 401 401  {"name": "group"}
PATCH  /api/v1/variables/{variable}/                                  200 403 403 404 404 401 401  {"name": "group"}
DELETE /api/v1/variables/{variable}/                                  204 403 403 404 404 401 401
GET    /api/v1/studies/{study}/stimuli/                               200 200 200 404 404 401 401
POST   /api/v1/studies/{study}/stimuli/                               201 403 403 404 404 401 401  {"file": "@film.mp4"}
DELETE /api/v1/stimuli/{stimulus}/                                    204 403 403 404 404 401 401
GET    /api/v1/studies/{study}/showing/                               200 200 200 404 404 401 401
PUT    /api/v1/studies/{study}/showing/                               200 403 403 404 404 401 401  {"stimulus_order": "random", "shows_scores": true}
POST   /api/v1/studies/{study}/close/                                 200 403 403 404 404 401 401
POST   /api/v1/studies/{study}/reopen/                                200 403 403 404 404 401 401
GET    /api/v1/people/                                                403 403 403 403 200 401 401
PATCH  /api/v1/people/{user}/                                         403 403 403 403 200 401 401  {"is_active": false}
DELETE /api/v1/people/{user}/second-factor/                           403 403 403 403 204 401 401
GET    /api/v1/people/invitations/                                    403 403 403 403 200 401 401
POST   /api/v1/people/invitations/                                    403 403 403 403 201 401 401  {"email": "ada@example.org"}
POST   /api/v1/people/invitations/{letter}/                           403 403 403 403 200 401 401
DELETE /api/v1/people/invitations/{letter}/                           403 403 403 403 204 401 401
GET    /api/v1/studies/{study}/invitations/                           200 403 403 404 404 401 401
POST   /api/v1/studies/{study}/invitations/                           201 403 403 404 404 401 401  {"email": "ada@example.org", "role": "viewer"}
POST   /api/v1/studies/{study}/invitations/{invitation}/              200 403 403 404 404 401 401
DELETE /api/v1/studies/{study}/invitations/{invitation}/              204 403 403 404 404 401 401
GET    /api/v1/studies/{study}/members/                               200 200 200 404 404 401 401
PATCH  /api/v1/studies/{study}/members/{member}/                      200 403 403 404 404 401 401  {"role": "analyst"}
DELETE /api/v1/studies/{study}/members/{member}/                      204 403 204 404 404 401 401
POST   /api/v1/account/erasure/                                       409 200 200 200 200 401 401  {"password": "correct-horse-battery"}
POST   /api/v1/accounts/{user}/erasure/                               403 403 403 403 200 401 401
GET    /api/v1/audit/                                                 200 200 200 200 200 401 401
GET    /api/v1/jobs/{waiting_job}/events/                             200 200 200 404 404 401 401
POST   /api/v1/faces/                                                 200 200 200 200 200 401 401  {"pictures": "@face.jpg"}
GET    /api/v1/sessions/{session}/csv/                                200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/json/                               200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/media/                              200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/as/rekognition/                     200 200 200 404 404 401 401
GET    /api/v1/sessions/{session}/as/google-vision/                   200 200 200 404 404 401 401
GET    /api/v1/fetches/                                               200 200 200 200 200 401 401
POST   /api/v1/fetches/                                               403 403 403 403 403 401 401  {"items": [{"url": "https://media.example.org/walk.mp4"}]}
GET    /api/v1/fetches/{fetch}/                                       200 404 404 404 404 401 401
DELETE /api/v1/fetches/{fetch}/                                       204 404 404 404 404 401 401
GET    /api/v1/webhooks/                                              200 200 200 200 200 401 401
POST   /api/v1/webhooks/                                              201 403 403 404 404 401 401  {"name": "tool", "url": "https://hooks.example.org/in", "events": ["job.done"], "study": "{study}"}
GET    /api/v1/webhooks/{webhook}/                                    200 404 404 404 404 401 401
PATCH  /api/v1/webhooks/{webhook}/                                    200 404 404 404 404 401 401  {"is_on": false}
DELETE /api/v1/webhooks/{webhook}/                                    204 404 404 404 404 401 401
POST   /api/v1/webhooks/{webhook}/secret/                             200 404 404 404 404 401 401
POST   /api/v1/webhooks/{webhook}/test/                               202 404 404 404 404 401 401
GET    /api/v1/webhooks/{webhook}/deliveries/                         200 404 404 404 404 401 401
POST   /api/v1/webhooks/{webhook}/deliveries/{delivery}/replay/       202 404 404 404 404 401 401
GET    /api/v1/exports/                                               200 200 200 200 200 401 401
POST   /api/v1/exports/                                               202 202 202 202 202 401 401
GET    /api/v1/exports/{copy}/                                        200 404 404 404 404 401 401
GET    /api/v1/exports/{copy}/file/                                   200 404 404 404 404 401 401
GET    /api/v1/own/exports/                                           404 404 404 404 404 404 200
POST   /api/v1/own/exports/                                           404 404 404 404 404 404 202
GET    /api/v1/own/exports/{own_copy}/file/                           404 404 404 404 404 404 200
POST   /api/v1/participants/{participant}/erasure/                    200 403 403 404 404 401 401
GET    /api/v1/receipts/{receipt}/                                    200 200 200 200 200 200 200
GET    /api/v1/studies/{study}/receipts/                              200 200 200 404 404 401 401
GET    /api/v1/studies/{study}/watch/                                 200 200 200 404 404 401 401
GET    /api/v1/studies/{study}/results/                               200 200 200 404 404 401 401
GET    /api/v1/studies/{study}/results/sessions/                      409 409 409 404 404 401 401
GET    /api/v1/studies/{study}/results/report/                        409 409 409 404 404 401 401
GET    /api/v1/studies/{study}/results/charts/curves/svg/             409 409 409 404 404 401 401
GET    /api/v1/overlay/svg/?session={session}                         409 409 409 404 404 401 401
GET    /api/v1/overlay/                                               200 200 200 200 200 401 401
GET    /api/v1/studies/{study}/sharing/                               200 403 403 404 404 401 401
GET    /api/v1/studies/{study}/sharing/file/                          200 403 403 404 404 401 401
GET    /api/v1/studies/{study}/retention/                             200 200 200 404 404 401 401
PUT    /api/v1/studies/{study}/retention/                             200 403 403 404 404 401 401  {"observation_days": 30, "rest_days": 30}
GET    /api/v1/privacy/retention/                                     200 200 200 200 200 200 200
GET    /api/v1/privacy/record/                                        403 403 403 403 200 401 401
GET    /api/v1/studies/{study}/record/                                200 403 403 404 404 401 401
GET    /api/v1/studies/{study}/assessment/                            200 403 403 404 404 401 401
POST   /api/v1/studies/{study}/assessment/                            200 403 403 404 404 401 401  {"assessment": "done", "note": "Filed under 7/2026."}
GET    /api/v1/approvals/                                             403 403 403 403 200 401 401
POST   /api/v1/approvals/{restricted}/decision/                       403 403 403 403 200 401 401  {"is_approved": true}
GET    /api/v1/studies/{study}/participants/                          200 200 200 404 404 401 401
POST   /api/v1/studies/{study}/participants/                          201 201 403 404 404 401 401  {"pseudonym": "Red"}
POST   /api/v1/studies/{study}/participants/many/                     201 201 403 404 404 401 401  {"participants": [{"pseudonym": "Red"}]}
GET    /api/v1/participants/{participant}/                            200 200 200 404 404 401 401
PATCH  /api/v1/participants/{participant}/                            200 200 403 404 404 401 401  {"pseudonym": "Red"}
GET    /api/v1/participants/{participant}/links/                      200 200 200 404 404 401 401
POST   /api/v1/participants/{participant}/links/                      201 201 403 404 404 401 401  {"days": 30}
DELETE /api/v1/links/{spare_link}/                                    204 204 403 404 404 401 401
GET    /api/v1/requests/                                              200 200 200 200 200 401 401
POST   /api/v1/requests/{request}/answer/                             200 403 403 404 404 401 401  {"is_done": true, "answer": "Until May."}
GET    /api/v1/own/                                                   404 404 404 404 404 404 200
POST   /api/v1/own/consent/                                           404 404 404 404 404 404 200  {"language": "en", "scopes": ["analyse"]}
POST   /api/v1/own/withdrawal/                                        404 404 404 404 404 404 200  {}
POST   /api/v1/own/requests/                                          404 404 404 404 404 404 201  {"kind": "copy"}
GET    /api/v1/datasets/                                              403 403 403 403 200 401 401
POST   /api/v1/datasets/                                              403 403 403 403 202 401 401  {"name": "Faces", "source": "own"}
POST   /api/v1/datasets/from-corrections/                            403 403 403 403 202 401 401  {"name": "Own"}
GET    /api/v1/datasets/{dataset}/                                    403 403 403 403 200 401 401
DELETE /api/v1/datasets/{importing}/                                  403 403 403 403 200 401 401
POST   /api/v1/datasets/{checked_dataset}/make/                       403 403 403 403 200 401 401
GET    /api/v1/training-runs/                                         403 403 403 403 200 401 401
POST   /api/v1/training-runs/                                         403 403 403 403 202 401 401  {"dataset": "{dataset}", "recipe": "small"}
GET    /api/v1/training-runs/{run}/                                   403 403 403 403 200 401 401
DELETE /api/v1/training-runs/{run}/                                   403 403 403 403 200 401 401
GET    /api/v1/models/                                                403 403 403 403 200 401 401
POST   /api/v1/models/{candidate}/promote/                            403 403 403 403 409 401 401  {"reason": "better"}
POST   /api/v1/models/{candidate}/decision/                           403 403 403 403 200 401 401  {"decision": "decline"}
"""

# Each model in Django's admin: its name, an object, and what the admin gets for list, add, change, delete, history.
ADMIN = """
accounts/user          {user}         200 200 200 403 200
accounts/apitoken      {token}        200 403 200 200 200
account/emailaddress   {address}      200 200 200 200 200
mfa/authenticator      {authenticator} 200 200 200 200 200
usersessions/usersession {login}       200 200 200 200 200
auth/group             {group}        200 200 200 200 200
studies/study          {study}        200 403 200 403 200
consent/consenttext    {text}         200 403 200 403 200
consent/consentrecord  {consent}      200 403 200 403 200
modelhub/modelversion  {model}        200 403 200 403 200
history/session        {session}      200 403 200 403 200
analysis/analysisjob   {waiting_job}  200 403 200 403 200
analysis/mediafile     {media}        200 403 200 403 200
"""

# Addresses of the packages we use that answer nobody anything of ours.
NOT_ASKED: tuple[str, ...] = ()

STUDY = {"name": "Pilot", "purpose": "How jokes land", "setting": "research", "contact": "Dr Dewi"}
STUDY |= {"legal_ground": "consent", "capture_mode": "readings", "languages": ["en"]}
PASSWORD = dict.fromkeys(("password1", "password2"), "correct-horse-battery")

# Long bodies by their names in the table.
BODIES = {
    "study": STUDY,
    "sign-up": {"email": "new@example.org", **PASSWORD},
    "password": {"oldpassword": "wrong", **PASSWORD},
    "picture": b"no picture",
}
