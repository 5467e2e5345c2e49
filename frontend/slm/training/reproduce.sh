#!/bin/sh
# Every number of adapters/banking77, in order. Usage:
#   reproduce.sh MODEL.gguf BANKING77_FOLDER CLINC150_FOLDER WORK_FOLDER
# PYTHON names an interpreter that has requirements.txt. Epochs that are done are skipped. The card is written anew
# after every part, and names what is missing: whenever this is cut off, what was measured so far is there.
set -eu
gguf=$1 banking=$2 clinc=$3 work=$4
here=$(cd "$(dirname "$0")" && pwd)
adapters="$here/../adapters/banking77"
python=${PYTHON:-python3}
# Without these, threads that wait for each other keep the processor busy doing so.
export OMP_WAIT_POLICY=PASSIVE GOMP_SPINCOUNT=0
mkdir -p "$work/parts"
cd "$here"

run() { nice -n 19 "$python" "$@"; }

card() { run card.py --parts "$work/parts" --labels "$banking/categories.json" --adapter "$adapters/adapter.safetensors"; }

# An interrupted run goes on from its last whole epoch.
run train.py --gguf "$gguf" --data "$banking" --out "$work/main" --resume
run export.py --gguf "$gguf" --data "$banking" --run "$work/main" --adapter "$adapters/adapter.safetensors"

# All choices are made: from here on the test set is read.
run evaluate.py --gguf "$gguf" --data "$banking" --clinc "$clinc" --run "$work/main" --test \
    --adapter "$adapters/adapter.safetensors" --agreement "$adapters/agreement.json" --out "$work/parts/lora.json"
card
run baselines.py --data "$banking" --out "$work/parts/tfidf.json" --test
card
run untouched.py --gguf "$gguf" --data "$banking" --out "$work/parts/untouched.json" --test
card

# The learning curve. Small batches, or a few hundred messages would be over before the loss begins to fall.
for plan in "10 7" "5 10" "30 3"; do
    few=${plan% *}
    run train.py --gguf "$gguf" --data "$banking" --out "$work/few-$few" --resume \
        --per-intent "$few" --epochs "${plan#* }" --batch 16
    run export.py --gguf "$gguf" --data "$banking" --run "$work/few-$few" --adapter "$work/few-$few/adapter.safetensors"
    run evaluate.py --gguf "$gguf" --data "$banking" --run "$work/few-$few" --test \
        --adapter "$work/few-$few/adapter.safetensors" --out "$work/parts/few-$few.json"
    card
done
