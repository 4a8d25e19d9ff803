"""Short and pet names and the names behind them, to begin with. Managers edit the table in the admin.

Only names that nearly always mean each other stand here; ``Chris`` may be five names and is left to
the likeness of its letters.
"""

from __future__ import annotations

from collections.abc import Iterator

#: The name, then what its bearers are called.
_GROUPS = """
abigail abby abbie gail
alexander alex sandy xander sasha
alexandra alex sandra sasha lexi
alfred alf alfie fred
amanda mandy
andrew andy drew
andreas andi
anna annie ann anne anja anka
anthony tony
antonio tonio toni
barbara barb babs
benjamin ben benny
bernard bernie
bernhard bernd
brigitte gitte gitta
catherine cathy cate kate katie kathryn katherine kathy kitty
charles charlie chuck chas
charlotte lotte lottie
christine chris christy tina
christopher chris kit
clifford cliff
cynthia cindy
daniel dan danny
david dave davy
deborah debbie deb
dennis denny
donald don donnie
dorothy dot dottie
dorothea dora thea
douglas doug
edward ed eddie ted ned
eleanor ellie nell nora
elizabeth liz lizzie beth betty eliza elisabeth lisbeth bess
emily em
eugene gene
ferdinand ferdi
florence flo
frances fran frannie
francis frank
francisco paco pancho curro
franz franzl
frederick fred freddie
friedrich fritz
gabriel gabe
gabriele gabi
geoffrey geoff jeff jeffrey
gerald gerry jerry
gerhard gerd
gregory greg gregg
giovanni gianni
giuseppe beppe peppe
hannah hanna hannes
harold harry hal
heinrich heinz heiner
helen nell nellie
henry harry hank
ignacio nacho
isabel isa bella isabella
jacob jake
jacqueline jackie
james jim jimmy jamie
janet jan
jennifer jen jenny
jeremy jerry
jessica jess jessie
joachim jochen achim
johann hans hannes
johannes hans hannes jan
john johnny jack
jonathan jon jonny
jose pepe
josef sepp jupp
joseph joe joey
joshua josh
josephine jo josie
juan juancho
judith judy
katharina kathrin katrin katja kathi
karl carl
kenneth ken kenny
kimberly kim
klaus claus
konrad conrad
lawrence larry laurie laurence
leonard len lenny leo
leslie les
lillian lily
louis lou
ludwig lutz
luis lucho
lukas lucas luke
magdalena lena magda
manfred manni
manuel manolo manny
margaret maggie meg peggy marge margie greta rita
margarete grete greta
maria mary marie mia
martha marty
martin marty
matthew matt matty
matthias matze
maximilian max
melanie mel
michael mike mick mickey mikey
michelle shelly
miguel mikel
mohammed mohamed muhammad mohammad mehmet
nathaniel nathan nate nat
nicholas nick nicky nicolas klaus nico
nikolaus klaus niko
norman norm
pamela pam
patricia pat patty tricia trish
patrick pat paddy
penelope penny
peter pete
philip phil pip phillip
rachel rae
raymond ray
rebecca becky becca
reinhard reiner
richard rick rich dick ricky richie
robert rob bob bobby robbie bert
roberto beto
roger rodge
ronald ron ronnie
rosemary rose rosie
roxanne roxy
rudolf rudi
russell russ
samantha sam sammy
samuel sam sammy
sebastian basti seb
sergio checho
sophia sophie sofia
stanley stan
stephanie steph
stephen steve steven stefan stephan
stuart stu stewart
susan sue susie suzy susanne susanna
sylvester sly
terence terry
teresa terry tess theresa tessa
theodore theo ted teddy
thomas tom tommy
timothy tim timmy
tobias tobi toby
valentina valentine val
veronica ronnie vera
victoria vicky vic tori
vincent vince vinnie
virginia ginny
walter walt wally
wilhelm willi
wilhelmina mina minnie
william will bill billy willy liam
wolfgang wolf
yvonne evie
zachary zach zack
"""
#: Name → short forms. The same short form may belong to several names.
SUPPLIED: dict[str, tuple[str, ...]] = {
    words[0]: tuple(words[1:])
    for line in _GROUPS.strip().splitlines()
    if len(words := line.split()) > 1
}


class Nicknames:
    """Who may be called what. ``groups`` maps a name to its short forms, all folded."""

    def __init__(self, groups: dict[str, tuple[str, ...]] | None = None) -> None:
        self._groups: dict[str, frozenset[str]] = {}
        for name, short in (SUPPLIED if groups is None else groups).items():
            for word in (name, *short):
                self._groups[word] = self._groups.get(word, frozenset()) | {name}

    def __iter__(self) -> Iterator[str]:
        """Every word of the table, full names and short forms."""
        return iter(self._groups)

    def names_of(self, word: str) -> frozenset[str]:
        """The full names that a word may stand for; the word itself where it stands for none."""
        return self._groups.get(word) or frozenset({word})

    def are_alike(self, one: str, other: str) -> bool:
        """Whether both may be the same person's: ``bob`` and ``robert``, ``bob`` and ``rob``."""
        return not self.names_of(one).isdisjoint(self.names_of(other))
