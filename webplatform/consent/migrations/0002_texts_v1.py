"""The first consent text, in English and Indonesian. A changed wording is a new version in a new migration."""

import hashlib

from django.db import migrations

ENGLISH = """\
What Raut does with a video
Raut looks at your video several times a second, finds the faces in it and estimates for each face how much its expression looks angry, disgusted, afraid, happy, sad, surprised or neutral.

What the result means, and what it does not
The result describes facial expression: what a face shows. It does not say what a person feels, thinks or intends, and it is sometimes wrong. Do not decide about people by it, and do not use it at work or in education to judge them.

What is stored
The video, its name, and for each moment and face: where the face is in the picture, the seven scores, or the reason why there are none. A face has a number that is valid within one video only. Raut does not recognise who somebody is and keeps nothing that could identify a face in another video.

How long it is stored, and where
On this server, until you delete the session. Deleting a session removes its video and all its results at once. Nothing is sent to other services.

Who can see it
You, and the members of the study that the session belongs to. The people who operate this server can reach its storage.

The people in your videos
Upload only videos of yourself or of people who know about this analysis and have agreed to it. For a child, a parent or guardian must agree.

How to withdraw
You can withdraw this consent at any time on this page, with one click. From then on nothing new is analysed. Sessions that exist stay until you delete them.
"""

INDONESIAN = """\
Apa yang dilakukan Raut dengan sebuah video
Raut melihat video Anda beberapa kali per detik, mencari wajah di dalamnya, dan untuk setiap wajah memperkirakan seberapa jauh ekspresinya tampak marah, jijik, takut, senang, sedih, terkejut, atau netral.

Apa arti hasilnya, dan apa yang bukan artinya
Hasilnya menggambarkan ekspresi wajah: apa yang tampak pada wajah. Hasil itu tidak menyatakan apa yang dirasakan, dipikirkan, atau diniatkan seseorang, dan kadang-kadang keliru. Jangan mengambil keputusan tentang orang berdasarkan hasil ini, dan jangan memakainya untuk menilai orang di tempat kerja atau di dunia pendidikan.

Apa yang disimpan
Video, namanya, dan untuk setiap saat dan setiap wajah: letak wajah dalam gambar, ketujuh skor, atau alasan mengapa tidak ada skor. Sebuah wajah mendapat nomor yang hanya berlaku dalam satu video. Raut tidak mengenali siapa seseorang dan tidak menyimpan apa pun yang dapat mengenali wajah itu di video lain.

Berapa lama disimpan, dan di mana
Di server ini, sampai Anda menghapus sesinya. Menghapus sebuah sesi langsung menghapus video dan semua hasilnya. Tidak ada yang dikirim ke layanan lain.

Siapa yang dapat melihatnya
Anda, dan para anggota studi tempat sesi itu berada. Pengelola server ini dapat mengakses penyimpanannya.

Orang-orang dalam video Anda
Unggahlah hanya video diri Anda sendiri atau orang yang mengetahui analisis ini dan telah menyetujuinya. Untuk anak, orang tua atau walinya yang harus menyetujui.

Cara menarik kembali persetujuan
Anda dapat menarik kembali persetujuan ini kapan saja di halaman ini, dengan satu klik. Sejak saat itu tidak ada hal baru yang dianalisis. Sesi yang sudah ada tetap tersimpan sampai Anda menghapusnya.
"""


def add_texts(apps, schema_editor):
    texts = apps.get_model("consent", "ConsentText").objects
    for language, body in (("en", ENGLISH), ("id", INDONESIAN)):
        digest = hashlib.sha256(body.encode()).hexdigest()
        texts.get_or_create(version=1, language=language, defaults={"body": body, "digest": digest})


def remove_texts(apps, schema_editor):
    apps.get_model("consent", "ConsentText").objects.filter(version=1, records=None).delete()


class Migration(migrations.Migration):
    dependencies = [("consent", "0001_initial")]

    operations = [migrations.RunPython(add_texts, remove_texts)]
